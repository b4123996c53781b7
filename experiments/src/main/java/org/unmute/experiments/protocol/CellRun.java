package org.unmute.experiments.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.unmute.experiments.StopSignal;
import org.unmute.experiments.StoppedException;
import org.unmute.experiments.search.FinishedTrial;
import org.unmute.experiments.search.Study;
import org.unmute.experiments.search.Trial;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.TokenSet;
import org.unmute.probes.train.TrainingSettings;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;

/**
 * Runs one cell (paper, section 5). A search runs trials, each a training with a validation score after every epoch,
 * and stops poor ones. The best configurations are trained again with several seeds. The one with the best mean
 * validation score is scored on the test part, once. In a data set with folds the search uses the first fold only; the
 * best configurations are trained on every fold, and validation and test scores are means over folds.
 *
 * <p>If the process is killed at any moment, the same call resumes the cell and ends with the same numbers. A finished
 * trial is a line in {@code trials.jsonl}, a finished training of a best configuration a line in {@code reruns.jsonl},
 * and a running training has a checkpoint in the folder {@code work}. All results are functions of clips, settings and
 * backend, not of the number of cores.
 */
public final class CellRun {
    /** File of the search's trials, in the cell's folder. */
    public static final String TRIALS = "trials.jsonl";
    /** File of the trainings of the best configurations. */
    public static final String RERUNS = "reruns.jsonl";
    /** File of the settings that the cell's numbers depend on. */
    public static final String SETTINGS = "settings.txt";

    private static final String WORK = "work";

    private final CellId id;
    private final CellSettings settings;
    private final CellData data;
    private final Path folder;
    private final Context context;
    private final Path work;
    private List<PreparedFold> folds;

    /**
     * What all cells of a run share.
     *
     * @param cores the cores and the backend
     * @param stop is checked after each epoch
     * @param listener is notified of progress
     * @param recorder writes results
     * @param checkpoints minimum time between two checkpoints of a training
     */
    public record Context(
            CoreShare cores, StopSignal stop, CellListener listener, CellRecorder recorder, Duration checkpoints) {}

    private CellRun(CellId id, CellSettings settings, CellData data, Path folder, Context context) {
        this.id = id;
        TrainingSettings training = settings.training().withObjective(data.objective());
        this.settings = new CellSettings(
                settings.probe(),
                settings.options(),
                training,
                settings.space(),
                settings.study(),
                settings.top(),
                settings.seeds());
        this.data = data;
        this.folder = folder;
        this.context = context;
        this.work = folder.resolve(WORK);
    }

    /**
     * Runs a cell to its end.
     *
     * @param folder of the cell; created if needed
     * @return the result, already recorded
     * @throws StoppedException if a stop was requested; the same call resumes the cell
     * @throws CellFailedException if no configuration gave a finite score
     * @throws IOException if clips cannot be read, files cannot be written, or the folder is damaged or was started
     *     with other settings
     * @throws IllegalArgumentException if probe, options and clips do not fit together
     */
    public static CellResult run(CellId id, CellSettings settings, CellData data, Path folder, Context context)
            throws IOException {
        return new CellRun(id, settings, data, folder, context).run();
    }

    /**
     * Checks that a cell's folder, finished or not, was started with these settings and clips.
     *
     * @throws IOException if they differ; names the first difference
     */
    public static void requireSame(CellSettings settings, CellData data, Path folder) throws IOException {
        SettingsFile.of(folder.resolve(SETTINGS), settings, data).requireSame();
    }

    private CellResult run() throws IOException {
        requireSame(settings, data, folder);
        Files.createDirectories(work);
        Probe kind = context.cores().run(backend -> fresh(backend, data.folds().getFirst(), 0));
        folds = new ArrayList<>();
        for (Fold fold : data.folds()) {
            folds.add(context.cores().run(backend -> PreparedFold.of(fold, fresh(backend, fold, 0))));
        }
        Study study = new Study(settings.space(), settings.study());
        search(study);
        List<FinishedTrial> top = study.best(settings.top());
        if (top.isEmpty()) {
            throw new CellFailedException(
                    "benchmark: " + id + ": all " + study.finished().size()
                            + " trials diverged: search lower learning rates, or look for damaged tokens");
        }
        List<Rerun> reruns = new Reruns(id, folder, work, settings, data, folds, context).run(top);
        CellResult result =
                new WinnerTest(id, folder, work, settings, data, context).run(study.finished(), top, reruns, kind);
        context.recorder().finished(result, folder);
        discardWork();
        return result;
    }

    private Probe fresh(Backend backend, Fold fold, long seed) {
        TokenSet train = fold.train();
        return TensorScope.outside(() -> Probes.create(
                backend, settings.probe(), train.tokens().layout(), train.classes(), settings.options(), seed));
    }

    private void search(Study study) throws IOException {
        try (TrialJournal journal = TrialJournal.resume(folder.resolve(TRIALS), settings.space(), study)) {
            study.finished()
                    .forEach(t -> context.listener().training(id, "trial " + t.number(), t.value(), t.pruned(), true));
            while (!study.exhausted()) {
                trial(study, study.next(), journal);
            }
        }
    }

    private void trial(Study study, Trial trial, TrialJournal journal) throws IOException {
        requireGo();
        String what = "trial " + trial.number();
        PreparedFold fold = folds.getFirst();
        long seed = settings.trialSeed(trial.number());
        ResumableTraining run =
                new ResumableTraining(work, "trial-" + trial.number(), context.checkpoints(), context.stop());
        ResumableTraining.Outcome outcome = context.cores()
                .run(backend -> run.run(
                        fresh(backend, fold.fold(), seed),
                        fold,
                        data,
                        settings.training(trial.values(), seed),
                        false,
                        epoch -> {
                            context.listener().epoch(id, what, epoch);
                            return study.report(trial, epoch.epoch(), epoch.validation())
                                    && epoch.epoch() < settings.training().epochs();
                        }));
        if (outcome.end() == ResumableTraining.End.STOPPED) {
            throw new StoppedException(id);
        }
        study.finish(trial, outcome.validation(), outcome.end() == ResumableTraining.End.PRUNED);
        journal.add(study.finished().getLast(), outcome.seconds());
        run.discard();
        context.listener()
                .training(id, what, outcome.validation(), outcome.end() == ResumableTraining.End.PRUNED, false);
    }

    private void requireGo() {
        if (context.stop().raised()) {
            throw new StoppedException(id);
        }
    }

    private void discardWork() throws IOException {
        discardWork(folder);
    }

    /** Deletes the state files that an unfinished cell keeps next to its journals; does nothing if there are none. */
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

    /** Options of a probe with defaults resolved. */
    static Map<String, String> options(Probe probe) {
        return probe.options().values();
    }
}
