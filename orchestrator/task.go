package orchestrator

import (
	"slices"
	"strings"

	"innovationden/orchestrator/den"
)

// tasksNow is how an evaluator's tasks stand after a save: one result for each task of
// the trial, in its order. Results of tasks that an amendment took out stay behind them.
func tasksNow(t den.Trial, before []den.TaskResult, in den.NewAssessment, now den.Stamp) ([]den.TaskResult, error) {
	if len(before) == 0 && in.Task == nil && len(in.TaskNotes) == 0 {
		return before, nil
	}
	left := slices.Clone(before)
	var faults den.Faults
	var out []den.TaskResult
	for i, task := range t.Tasks {
		r := den.TaskResult{Task: task}
		if at := slices.IndexFunc(left, func(one den.TaskResult) bool { return one.Task == task }); at >= 0 {
			r = left[at] // of two that are called the same, the first
			left = slices.Delete(left, at, at+1)
		}
		if note, ok := in.TaskNotes[i]; ok {
			r.Note = strings.TrimSpace(note)
		}
		if isLonger(r.Note, textLength) {
			faults.Add(den.Bad("tasks", "Shorten the note on task %d to %d characters.", i+1, textLength))
		}
		if in.Task != nil && in.Task.Task == i {
			r = stepped(r, in.Task.Step, now)
		} else if in.Task != nil && in.Task.Step == den.StartTask || in.Submit {
			r = stepped(r, den.StopTask, now) // one person does one thing at a time
		}
		out = append(out, r)
	}
	for i := range in.TaskNotes {
		if i < 0 || i >= len(t.Tasks) {
			faults.Add(den.Bad("tasks", "Write notes on tasks of this trial. There is no task %d.", i+1))
		}
	}
	for _, r := range left {
		out = append(out, stepped(r, den.StopTask, now))
	}
	if in.Task != nil && (in.Task.Task < 0 || in.Task.Task >= len(t.Tasks)) {
		faults.Add(den.Bad("task", "Choose a task of this trial."))
	}
	if in.Task != nil && !slices.Contains([]den.TaskStep{den.StartTask, den.StopTask, den.EndTask, den.LeaveTask}, in.Task.Step) {
		faults.Add(den.Bad("task", "Choose a step: start, stop, done or not_done."))
	}
	return out, faults.Err()
}

// stepped is a task after one step. Starting what was done begins it anew, and adds to
// its time.
func stepped(r den.TaskResult, step den.TaskStep, now den.Stamp) den.TaskResult {
	if !r.StartedAt.IsZero() && step != den.StartTask {
		r.Took += max(now.Sub(r.StartedAt), 0)
		r.StartedAt = den.Stamp{}
	}
	switch step {
	case den.StartTask:
		if r.StartedAt.IsZero() {
			r.StartedAt = now
		}
		r.State = den.TaskRunning
	case den.StopTask:
		if r.State == den.TaskRunning {
			r.State = ""
		}
	case den.EndTask:
		r.State = den.TaskDone
	case den.LeaveTask:
		r.State = den.TaskNotDone
	}
	return r
}
