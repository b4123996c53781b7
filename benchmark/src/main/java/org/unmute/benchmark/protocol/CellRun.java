package org.unmute.benchmark.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.unmute.benchmark.StopSignal;
import org.unmute.benchmark.StoppedException;
import org.unmute.benchmark.search.FinishedTrial;
import org.unmute.benchmark.search.Study;
import org.unmute.benchmark.search.Trial;

/**
 * Runs one cell (paper, section 5). A search runs trials, each a training with a validation score after every epoch,
 * and stops poor ones. The best configurations are trained again with several seeds. The one with the best mean
 * validation score is scored on the test part, once. In a data set with folds the search uses the first fold only; the
 * best configurations are trained on every fold, and validation and test scores are means over folds.
 *
 * <p>If the process is killed at any moment, the same call resumes the cell and ends with the same numbers. A finished
 * trial is a line in {@code trials.jsonl}, a finished training of a best configuration is a line in {@code
 * reruns.jsonl}, and a training in progress has a checkpoint in the folder {@code work}. All results are functions of
 * clips, settings and backend, not of the number of cores.
 */
public final class CellRun {
    /** File of the search's trials, in the folder of the cell. */
    public static final String TRIALS = "trials.jsonl";
    /** File of the trainings of the best configurations. */
    public static final String RERUNS = "reruns.jsonl";
    /** File of the settings that determine the cell's results. */
    public static final String SETTINGS = "settings.txt";

    /** File of the probe in the folder of a seed. */
    public static final String PROBE = "probe.safetensors";

    /** Folder for the state of trainings in progress, in the folder of the cell. */
    public static final String WORK = "work";

    private final RunningCell cell;
    private final Context context;
    private final List<PreparedFold> folds = new ArrayList<>();

    /**
     * Objects that all cells of a run share.
     *
     * @param cores the cores and the backend
     * @param stop checked after each epoch
     * @param listener is notified of progress
     * @param recorder writes results
     * @param checkpoints minimum time between two checkpoints of a training
     */
    public record Context(
            CoreShare cores, StopSignal stop, CellListener listener, CellRecorder recorder, Duration checkpoints) {}

    private CellRun(RunningCell cell) {
        this.cell = cell;
        context = cell.context();
    }

    /**
     * Runs a cell until it is finished.
     *
     * @param folder folder of the cell; created if needed
     * @return the result, already recorded
     * @throws StoppedException if a stop was requested; the same call resumes the cell
     * @throws CellFailedException if no configuration gave a finite score
     * @throws IOException if clips cannot be read, files cannot be written, or the folder is damaged or was begun with
     *     other settings
     * @throws IllegalArgumentException if probe, options and clips do not match
     */
    public static CellResult run(CellId id, CellSettings settings, CellData data, Path folder, Context context)
            throws IOException {
        return new CellRun(new RunningCell(id, settings, data, folder, context)).run();
    }

    /**
     * Checks that a cell's folder, finished or not, was begun with these settings and clips.
     *
     * @throws IOException if they differ; names the first difference
     */
    public static void requireSame(CellSettings settings, CellData data, Path folder) throws IOException {
        SettingsFile.of(folder.resolve(SETTINGS), settings, data).requireSame();
    }

    private CellResult run() throws IOException {
        CellSettings settings = cell.settings();
        requireSame(settings, cell.data(), cell.folder());
        Files.createDirectories(cell.work());
        List<Fold> parts = cell.data().folds();
        for (Fold fold : parts) {
            folds.add(context.cores().run(backend -> PreparedFold.of(fold, cell.fresh(backend, fold, Map.of(), 0))));
        }
        Study study = new Study(settings.space(), settings.study());
        search(study);
        List<FinishedTrial> top = study.best(settings.top());
        if (top.isEmpty()) {
            throw new CellFailedException(
                    "benchmark: " + cell.id() + ": all " + study.finished().size()
                            + " trials diverged: search lower learning rates, or look for damaged tokens");
        }
        List<Rerun> reruns = new Reruns(cell, folds).run(top);
        CellResult result = new WinnerTest(cell).run(study.finished(), top, reruns);
        context.recorder().finished(result, cell.folder());
        discardWork(cell.folder());
        return result;
    }

    private void search(Study study) throws IOException {
        try (TrialJournal journal = TrialJournal.resume(
                cell.folder().resolve(TRIALS), cell.settings().space(), study)) {
            study.finished()
                    .forEach(t ->
                            context.listener().training(cell.id(), "trial " + t.number(), t.value(), t.pruned(), true));
            while (!study.exhausted()) {
                trial(study, study.next(), journal);
            }
        }
    }

    private void trial(Study study, Trial trial, TrialJournal journal) throws IOException {
        cell.requireGo();
        String what = "trial " + trial.number();
        PreparedFold fold = folds.getFirst();
        long seed = cell.settings().trialSeed(trial.number());
        ResumableTraining run = new ResumableTraining(cell, "trial-" + trial.number());
        ResumableTraining.Outcome outcome = context.cores()
                .run(backend -> run.run(
                        cell.fresh(backend, fold.fold(), trial.values(), seed),
                        fold,
                        cell.training(trial.values(), seed),
                        false,
                        epoch -> {
                            context.listener().epoch(cell.id(), what, epoch);
                            return study.report(trial, epoch.epoch(), epoch.validation())
                                    && epoch.epoch()
                                            < cell.settings().training().epochs();
                        }));
        boolean pruned = outcome.end() == ResumableTraining.End.PRUNED;
        study.finish(trial, outcome.validation(), pruned);
        journal.add(study.finished().getLast(), outcome.seconds());
        run.discard();
        context.listener().training(cell.id(), what, outcome.validation(), pruned, false);
    }

    /** Deletes the state files that an unfinished cell keeps next to its journals. Does nothing if there are none. */
    public static void discardWork(Path folder) throws IOException {
        Path work = folder.resolve(WORK);
        if (!Files.isDirectory(work)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(work)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }
}
