import type { Entries } from '../lexicon.ts';

/** Skills of making things look right and keep running. Notation: `Entries` in ../lexicon.ts. */
export const DESIGN: Entries = {
  design: [
    'graphic design, graphic designer(s), web design, web designer, ui design, ui designer, designing',
    'disenar, disenando, disenamos, disene, disenas, poster design, ux research, paleta, maquetar, maquete, maquetacion',
    'diseno grafico, diseno web, disenador, disenadora, disenadores, brand book, moodboard, mood board',
    'branding, identidad visual, visual identity, flyer(s), responsive design, ~thumbnail(s), storyboard, redesigned, redesign, my designs, ese diseno, el diseno',
    'un diseno, rediseno, paleta de colores, color palette, jerarquia visual, el logo, my logo, new logo',
    '~design, ~diseno, ~logo(s), ~palette, ~layout, ~banner, ~miniatura, ~landing page',
  ],
  'interface and experience': [
    'ui/ux, ux, la ui, the ui is, our ui, my ui, ui kit, ui component(s), ~ui, prototipo(s) en, usability, usabilidad, wireframe(s), mockup(s), user experience, user testing, figma, contrast ratio',
    '~onboarding, ~interface, ~interfaz, ~contrast, ~contraste',
  ],
  web: ['css, tailwind, sass, flexbox, dreamweaver'],
  tools: [
    'canva, lightroom, coreldraw, photoshop, illustrator, inkscape, gimp, blender, indesign, scribus, krita, pixelmator',
    '~sketch, ~figma, ~canva',
  ],
  typography: [
    'typography, tipografia(s), typographer, kerning, monospace font, serif, type designer',
    '~font(s), ~headings',
  ],
  illustration: [
    'vector graphic(s), vectors, en vectores, ilustracion(es), illustration(s), 3d modeling, after effects',
    '~animated, ~animation, ~iconos, ~vectores, ~afiche, ~poster',
  ],
};

export const DEVOPS: Entries = {
  operations: [
    'devops, sysadmin(s), sysadmining, ci/cd, github actions, jenkins, pipeline de ci, ci pipeline, deploy',
    'deploys, deployed, deployee, el deploy, rollback, rolled back, healthcheck, alert fatigue',
    'on call, postmortem, monitoring, reverse proxy, blue green, grafana, p99, ~uptime, cloudwatch, downtime, staging, ~en produccion, ~despliegue(s), ~pipeline, ~ci, ~logs, ~migration, ~prometheus',
  ],
  containers: [
    'kubectl, ingress, docker, dockerfile, docker-compose, container image(s), kubernetes, k8s, helm chart(s), el pod',
    'the pod, k3s, podman, lxc, vagrant, ~container(s), ~contenedor(es), ~cluster, ~pod(s)',
  ],
  virtual: [
    'vps, kvm, qemu, maquina(s) virtual(es), proxmox, vmware server, ~virtual machine(s), ~vm',
  ],
  cloud: [
    'aws, ec2, azure, gcp, terraform, ansible, cloudformation, s3 bucket(s), the lambda, serverless',
    'opencloud, nextcloud, owncloud, an ami, ami that, ~ami, ~lambda, ~puppet',
  ],
  servers: [
    'server(s), servidor(es), nginx, apache, apache2, libapache2, lamp, webserver, public_html, load balancer',
    "balanceador, let's encrypt, squid, postfix, smart host(s), smarthost, mail server, ehcp, cpanel",
    '~mysql, ~php',
  ],
  databases: ['postgres, postgresql, mongodb, mariadb, ~replica, ~redis'],
  network: [
    'ssh, ssh agent, ssh-add, sshd, openssh, sftp, scp, telnet, putty, winscp, tmux, vnc, samba, ftp server, vsftpd, port forward, port forwarding, remote desktop, xrdp, freenx, cifs, smb share(s), known_hosts, iptables, openvpn, wireguard, ufw, port 80, port 443',
    'puerto 443, open port, nameserver(s), name server(s), bind9, dhcp server, dns server, samba share, bastion',
    'firewall, firewalled, firewalls, multiwan, ~dns, ~dhcp, ~port, ~puerto, ~tunnel',
  ],
  shell: [
    'bash, shell script(s), shellscript(s), bash script(s), startup script(s), init script(s), initscripts',
    'crontab, cron, cron job(s), rsync, a script, my script, the script, simple script, script file',
    "script i'm, upstart, systemd, systemctl, init.d, initd, runlevel(s), update-rc.d, update-rc.conf, ~script(s)",
    'ntpdate',
  ],
  storage: [
    'lvm, lvm2, vgdisplay, raid, raid 1, fakeraid, dmraid, mdadm, nfs, zfs, backup(s)',
    'copia(s) de seguridad, incremental backup(s), rclone',
  ],
};
