package org.unmute.benchmark.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One search: suggests values, receives their scores and stops poor trials. One trial is open at a time.
 *
 * <pre>{@code
 * Study study = new Study(space, new StudySettings(25, 25, 0, Optional.of(Halving.DEFAULT), true));
 * recorded.forEach(study::replay);               // after an interruption
 * while (!study.exhausted()) {
 *     Trial trial = study.next();
 *     …                                          // each epoch: if (study.report(trial, epoch, validation)) stop
 *     study.finish(trial, validation, stopped);
 * }
 * List<FinishedTrial> top = study.best(3);
 * }</pre>
 *
 * <p>A suggestion depends only on space, settings and the trials finished before it, not on a clock or on random state
 * that a restart would lose. So a study that replays its recorded trials continues exactly like one that was never
 * interrupted, on every machine. Not thread-safe.
 */
public final class Study {
    private final SearchSpace space;
    private final StudySettings settings;
    private final Sobol sobol;
    private final Tpe tpe;
    private final Optional<Rungs> rungs;
    private final List<FinishedTrial> finished = new ArrayList<>();
    private final List<double[]> points = new ArrayList<>();
    private Trial open;
    private final List<EpochValue> reported = new ArrayList<>();

    /** A study without finished trials. */
    public Study(SearchSpace space, StudySettings settings) {
        this.space = space;
        this.settings = settings;
        int dimensions = space.ranges().size();
        sobol = new Sobol(dimensions, settings.seed());
        tpe = new Tpe(dimensions, settings.seed());
        rungs = settings.halving().map(h -> new Rungs(h, settings.maximise()));
    }

    /**
     * The next values to try.
     *
     * @throws IllegalStateException if all trials are used or one is still open
     */
    public Trial next() {
        if (open != null) {
            throw new IllegalStateException("study: trial " + open.number() + " is still under way: finish it first");
        }
        if (exhausted()) {
            throw new IllegalStateException("study: all " + settings.trials() + " trials are used");
        }
        int number = finished.size();
        Stage stage = number < settings.sobolTrials() ? Stage.SOBOL : Stage.TPE;
        double[] point = stage == Stage.SOBOL ? sobol.point(number) : estimated(number);
        points.add(point);
        reported.clear();
        open = new Trial(number, stage, space.at(point));
        return open;
    }

    private double[] estimated(int number) {
        List<FinishedTrial> ranked = new ArrayList<>(finished);
        ranked.sort(TrialOrder.bestFirst(settings.maximise()));
        int good = Tpe.good(ranked.size());
        return tpe.suggest(number, pointsOf(ranked.subList(0, good)), pointsOf(ranked.subList(good, ranked.size())));
    }

    private List<double[]> pointsOf(List<FinishedTrial> trials) {
        return trials.stream()
                .sorted(Comparator.comparingInt(FinishedTrial::number))
                .map(t -> points.get(t.number()))
                .toList();
    }

    /**
     * Reports a validation score during a trial.
     *
     * <p>At the epochs of {@link Halving} a trial continues if its score is among the best 1/eta (at least one) of the
     * scores that all trials up to this one reached there, or ties with the worst of these. NaN stops a trial at any
     * epoch, with and without halving. After a trial's last epoch, the caller ignores the result and finishes the trial
     * as not pruned.
     *
     * @param trial the open trial
     * @param epoch epochs completed, from 1, above that of the last report
     * @param value validation score
     * @return whether to stop the trial now
     * @throws IllegalStateException if the trial is not open
     * @throws IllegalArgumentException if the epoch is not above the previous one
     */
    public boolean report(Trial trial, int epoch, double value) {
        requireOpen(trial);
        int previous = reported.isEmpty() ? 0 : reported.getLast().epoch();
        if (epoch <= previous) {
            throw new IllegalArgumentException(
                    "study: epochs rise: trial " + trial.number() + " reported epoch " + epoch + " after " + previous);
        }
        boolean stop = stops(previous, epoch, value);
        reported.add(new EpochValue(epoch, value));
        rungs.ifPresent(r -> r.record(previous, epoch, value));
        return stop;
    }

    private boolean stops(int previous, int epoch, double value) {
        return Double.isNaN(value) || rungs.isPresent() && rungs.get().stops(previous, epoch, value);
    }

    /**
     * Ends a trial.
     *
     * @param trial the open trial
     * @param value its result, for a pruned trial the last score; non-finite if it diverged, which counts as worst
     * @param pruned whether it was stopped early
     * @throws IllegalStateException if the trial is not open
     */
    public void finish(Trial trial, double value, boolean pruned) {
        requireOpen(trial);
        finished.add(new FinishedTrial(trial.number(), trial.stage(), trial.values(), reported, value, pruned));
        open = null;
    }

    private void requireOpen(Trial trial) {
        if (open == null || !open.equals(trial)) {
            throw new IllegalStateException("study: trial " + trial.number() + " is not under way"
                    + (open == null ? "" : ", but trial " + open.number()));
        }
    }

    /** Whether all trials are finished. */
    public boolean exhausted() {
        return finished.size() >= settings.trials();
    }

    /** The finished trials in order of their number. */
    public List<FinishedTrial> finished() {
        return List.copyOf(finished);
    }

    /**
     * The best trials, best first: complete trials by value; then, only if these are fewer than {@code k}, pruned ones
     * by last epoch and value. Diverged trials are excluded.
     *
     * @param k maximum number of trials to return
     */
    public List<FinishedTrial> best(int k) {
        return finished.stream()
                .filter(t -> !t.diverged())
                .sorted(TrialOrder.bestFirst(settings.maximise()))
                .limit(k)
                .toList();
    }

    /**
     * Replays a trial that an earlier study with the same space and settings recorded. Call it for all of them, in
     * order.
     *
     * @throws IllegalStateException if all trials are used or one is open
     * @throws IllegalArgumentException if this study would have tried other values or stopped the trial at another
     *     epoch; the study is unchanged
     */
    public void replay(FinishedTrial recorded) {
        Trial expected = next();
        try {
            new Replay(recorded, expected).requireSame(this::stops);
        } catch (IllegalArgumentException e) {
            points.removeLast();
            open = null;
            throw e;
        }
        for (EpochValue at : recorded.epochs()) {
            report(expected, at.epoch(), at.value());
        }
        finish(expected, recorded.value(), recorded.pruned());
    }
}
