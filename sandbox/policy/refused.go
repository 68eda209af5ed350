package policy

// Sentences that several attributes share.
const (
	remove     = "Remove it."
	withImage  = "Put what the service needs into its image."
	oneCopy    = "The den runs one copy of each service, on one host."
	ownLimits  = "The den bounds processor, memory and disk by the size of the trial."
	useLimits  = "Use deploy.resources.limits, within the size of the trial."
	hostParts  = "It shares a part of the host with the service."
	ownNames   = "The den itself answers names inside a sandbox."
	useNames   = "Call other services by their names in this file."
	devices    = "A sandbox has no devices of the host."
	noHooks    = "The den runs no commands beside the service itself."
	inEntry    = "Put the command into the entrypoint of the image, or into a service of its own that others depend on with service_completed_successfully."
	hostFiles  = "It reads another file, and the den gets this one alone."
	giveInline = "Write the text under content."
	noDrivers  = "The den makes it itself, without a driver."
	ownSubnet  = "The den chooses the addresses of a sandbox."
	serverEnv  = "It reads a variable of your machine, and the den gets this file alone."
	elsewhere  = "It belongs to somebody else, outside this sandbox."
)

// refused holds the reason, and what to do instead, of attributes that Compose knows
// and the den does not give.
var refused = map[Section]map[string][2]string{
	File: {
		"include": {"It reads other files, and the den gets this one alone.", "Write everything into this one file, as \"docker compose config\" prints it."},
		"models":  {"The den runs no models beside the services.", "Run the model as a service of its own."},
		"jobs":    {noHooks, "Make it a service that others depend on with service_completed_successfully."},
	},
	Service: {
		"annotations":         {"They speak to the engine, not to the product.", remove},
		"blkio_config":        {ownLimits, remove},
		"build":               {"The den builds nothing: it would run commands that nobody has checked.", "Build the image yourself, bring it with docker push or docker save, and name it under image."},
		"cgroup":              {hostParts, remove},
		"cgroup_parent":       {"It would take the service out of its bounds.", useLimits},
		"cpu_count":           {ownLimits, useLimits},
		"cpu_percent":         {ownLimits, useLimits},
		"cpu_period":          {ownLimits, useLimits},
		"cpu_quota":           {ownLimits, useLimits},
		"cpu_rt_period":       {"Real-time scheduling can stop the host.", useLimits},
		"cpu_rt_runtime":      {"Real-time scheduling can stop the host.", useLimits},
		"cpu_shares":          {ownLimits, useLimits},
		"cpuset":              {ownLimits, useLimits},
		"credential_spec":     {hostFiles, "Write the credentials under secrets, with content."},
		"develop":             {"It watches files on your machine, and the den gets this file alone.", remove},
		"device_cgroup_rules": {devices, remove},
		"devices":             {devices, remove},
		"dns":                 {ownNames, useNames},
		"dns_opt":             {ownNames, useNames},
		"dns_search":          {ownNames, useNames},
		"domainname":          {ownNames, useNames},
		"env_file":            {hostFiles, "Write the variables under environment, as \"docker compose config\" prints them."},
		"extends":             {"It takes over parts of other files or services.", "Write the service out in full, as \"docker compose config\" prints it."},
		"external_links":      {elsewhere, "Make it a service of this file."},
		"extra_hosts":         {ownNames, useNames},
		"gpus":                {devices, remove},
		"group_add":           {"A further group could be one that the host trusts.", "Set the group with user, as in 1000:1000."},
		"ipc":                 {hostParts, "Let the services speak over the network of the stack."},
		"isolation":           {"The den itself chooses how a service is held.", remove},
		"label_file":          {hostFiles, remove},
		"log_driver":          {"The den keeps the log itself.", remove},
		"log_opt":             {"The den keeps the log itself.", remove},
		"mac_address":         {ownSubnet, remove},
		"mem_reservation":     {ownLimits, "Use deploy.resources.reservations.memory."},
		"mem_swappiness":      {ownLimits, useLimits},
		"memswap_limit":       {"Memory and swap are bounded together.", useLimits},
		"models":              {"The den runs no models beside the services.", "Run the model as a service of its own."},
		"net":                 {"It would put the service on another network than the sealed one.", remove},
		"network_mode":        {"It would put the service on another network than the sealed one.", "Remove it. The services of a stack meet on a private network."},
		"oom_kill_disable":    {"A service that takes too much memory must end.", useLimits},
		"oom_score_adj":       {"It would let the host end other processes first.", remove},
		"pid":                 {hostParts, remove},
		"post_start":          {noHooks, inEntry},
		"pre_start":           {noHooks, inEntry},
		"pre_stop":            {noHooks, "Handle the stop signal in the service."},
		"provider":            {"It runs a program of the server.", "Make it a service with an image."},
		"pull_refresh_after":  {"The den pulls nothing: a release is fixed.", remove},
		"runtime":             {"The operator chooses the runtime.", "Ask for a stronger one in the release."},
		"stdin_open":          {"Nobody types into a sandbox.", "Give the service a command that runs on its own."},
		"storage_opt":         {ownLimits, remove},
		"sysctls":             {"They set the kernel, which all sandboxes share.", "Choose settings of the product that do not need them."},
		"tty":                 {"A sandbox has no terminal.", "Give the service a command that runs on its own."},
		"umask":               {"The den does not set it.", "Set it in the entrypoint of the image."},
		"use_api_socket":      {"It gives the service the engine, and with it the host.", remove},
		"userns_mode":         {"It would switch off the separation of users.", remove},
		"uts":                 {hostParts, "Set hostname."},
		"volume_driver":       {noDrivers, remove},
		"volumes_from":        {"It takes over places that are not named.", "Name the volume in both services."},
	},
	Deploy: {
		"endpoint_mode":   {oneCopy, remove},
		"placement":       {oneCopy, remove},
		"rollback_config": {"A release never changes while it runs.", remove},
		"update_config":   {"A release never changes while it runs.", remove},
	},
	Limit: {
		"devices":           {devices, remove},
		"generic_resources": {devices, remove},
	},
	Reservation: {
		"devices":           {devices, remove},
		"generic_resources": {devices, remove},
		"pids":              {"Processes cannot be reserved.", "Use deploy.resources.limits.pids."},
	},
	Mount: {
		"bind":        {"It shows files of the host to the service, and the den gets this file alone.", "Write small files under configs, with content; put large ones into the image."},
		"cluster":     {oneCopy, remove},
		"consistency": {"It does not apply here.", remove},
		"image":       {"A service has its own image alone.", withImage},
	},
	VolumeOption: {
		"subpath": {"A volume is used whole.", "Make a second volume."},
		"labels":  {"The den labels its own things.", remove},
	},
	Volume: {
		"driver_opts": {"Options of a driver can show folders of the server.", "Remove it. The den bounds each volume by the size of the trial."},
	},
	Network: {
		"driver_opts": {"Options of a driver can open the sealed network.", remove},
		"enable_ipv4": {ownSubnet, remove},
		"enable_ipv6": {ownSubnet, remove},
		"ipam":        {ownSubnet, remove},
	},
	Attachment: {
		"driver_opts":    {"Options of a driver can open the sealed network.", remove},
		"gw_priority":    {"A sealed network has no gateway.", remove},
		"interface_name": {ownSubnet, remove},
		"ipv4_address":   {ownSubnet, useNames},
		"ipv6_address":   {ownSubnet, useNames},
		"link_local_ips": {ownSubnet, useNames},
		"mac_address":    {ownSubnet, remove},
	},
	Config: {
		"driver":          {noDrivers, giveInline},
		"environment":     {serverEnv, giveInline},
		"external":        {elsewhere, giveInline},
		"file":            {hostFiles, giveInline},
		"template_driver": {noDrivers, giveInline},
	},
	Secret: {
		"driver":          {noDrivers, giveInline},
		"driver_opts":     {noDrivers, giveInline},
		"environment":     {serverEnv, giveInline},
		"external":        {elsewhere, giveInline},
		"file":            {hostFiles, giveInline},
		"template_driver": {noDrivers, giveInline},
	},
}
