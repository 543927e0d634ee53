/** Why nobody spends. */
export interface Halt {
  /** The command that halted. */
  readonly id: string;
  readonly by: string;
  readonly at: Date;
  readonly because: string;
}

/** The kill switch that the money gate reads. */
export interface Switches {
  halted(): Promise<Halt | undefined>;
  /** The halt that stands then: an earlier one stays as it is. */
  halt(halt: Halt): Promise<Halt>;
  /** Takes away a halt that began before; false when there is none such. */
  resume(before: Date): Promise<boolean>;
}
