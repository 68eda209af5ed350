package main

import (
	"fmt"
	"strings"
	"time"

	"innovationden/web/api/contract"
)

func (k *client) tellReceipts(page contract.ReceiptPage) {
	var rows [][]string
	for _, r := range page.Items {
		rows = append(rows, []string{r.Lease, moment(&r.EndedAt), string(r.Reason), existed(r.Found), fmt.Sprint(r.Left), fmt.Sprint(len(r.Looks))})
	}
	k.list("There are no receipts yet. Each is written when its sandbox is gone.", []string{"SANDBOX", "REMOVED", "REASON", "EXISTED", "LEFT", "LOOKS"}, rows)
}

func existed(i contract.Inventory) string {
	var parts []string
	for _, kind := range []struct {
		of   []string
		name string
	}{{i.Containers, "container"}, {i.Networks, "network"}, {i.Volumes, "volume"}} {
		if n := len(kind.of); n > 0 {
			parts = append(parts, count(n, kind.name))
		}
	}
	return firstOf(strings.Join(parts, ", "), "nothing")
}

func (k *client) tellReceipt(r contract.Receipt) {
	looks := make([]string, 0, len(r.Looks))
	for _, l := range r.Looks {
		looks = append(looks, l.Local().Format(time.TimeOnly))
	}
	facts(k.std.out,
		[2]string{"Sandbox", r.Lease}, [2]string{"Trial", r.Trial}, [2]string{"Ready", moment(r.LiveAt)}, [2]string{"Removed", moment(&r.EndedAt)},
		[2]string{"Why", r.Detail}, [2]string{"Existed", existed(r.Found)}, [2]string{"Left", fmt.Sprint(r.Left)},
		[2]string{"Looked at", strings.Join(looks, " and ")}, [2]string{"In the record", fmt.Sprintf("event %d", r.Event)})
	k.tellUsed(r.Used)
	if log := given(r.LogTail); log != "" {
		k.say("\nThe end of what the product printed:\n\n%s", strings.TrimRight(harmless(log), "\n"))
	}
}
