package org.unmute.benchmark.run;

import org.unmute.benchmark.protocol.CellCost;

/**
 * What a cell still takes: the epochs that are expected of its trainings, by how many its trials took so far, times the
 * pace of its own epochs. Not thread-safe.
 */
final class CellForecast {
    /**
     * The pace is that of at most this many epochs, and of no more than the later half, since the first ones warm up.
     */
    private static final int RECENT = 32;
    /** The plan counts as so many epochs in the pace, and as so many trials in the length of trials. */
    private static final int PLAN = 2;
    /** An epoch that comes in less than this share of its time was trained by an earlier process. */
    private static final double REPLAYED = 0.1;
    /** For scoring the test part, after the last training: this share of the time so far. */
    private static final double AFTER_TRAININGS = 0.01;

    private final BenchmarkForecast.Ahead ahead;
    private final CellCost.Schedule schedule;
    /** Trials that an earlier process finished: how many epochs they took is not known. */
    private final int trialsBefore;

    private int trials;
    private int again;
    /** Epochs of the training under way. */
    private int inTraining;
    /** Epochs of the trials that ended. */
    private long searched;

    private final double[] recent = new double[RECENT];
    private int trained;
    private double seconds;
    private long last;
    private boolean begun;
    private boolean ended;

    /** @param now nanoseconds of the clock that {@link #epoch} gets, too */
    CellForecast(BenchmarkForecast.Ahead ahead, long now) {
        this.ahead = ahead;
        schedule = ahead.schedule();
        trialsBefore = Math.min(ahead.before(), schedule.trials());
        trials = trialsBefore;
        again = Math.min(ahead.before() - trialsBefore, schedule.again());
        last = now;
    }

    /** Trainings that ended, those of an earlier process included. */
    int trainings() {
        return trials + again;
    }

    /** Trainings that have not ended. */
    int open() {
        return schedule.trainings() - trainings();
    }

    /** Notes an epoch, trained by this process or read from the files of an earlier one. */
    void epoch(double own, long now) {
        double since = (now - last) / 1e9;
        // What lies between two trainings, such as writing the journal, belongs to the pace.
        double took = begun ? since : Math.min(own, since);
        begun = true;
        last = now;
        inTraining++;
        if (took >= REPLAYED * own) {
            recent[trained++ % RECENT] = took;
            seconds += took;
        }
    }

    /** Notes that the training under way ended, whether or not it was stopped early. */
    void training() {
        if (trials < schedule.trials()) {
            trials++;
            searched += inTraining;
        } else if (again < schedule.again()) {
            again++;
        }
        inTraining = 0;
    }

    void end() {
        ended = true;
        begun = false;
    }

    boolean running() {
        return begun;
    }

    /** Seconds of an epoch as planned; 0 if nothing is expected of the cell. */
    double plannedPace() {
        double epochs = schedule.expectedEpochs();
        return epochs > 0 ? ahead.seconds() / epochs : 0;
    }

    /** Whether epochs tell the pace. */
    boolean hasPace() {
        return trained > 0;
    }

    /** Seconds of an epoch, as the later epochs took; NaN before the first. */
    double ownPace() {
        int count = Math.min(RECENT, (trained + 1) / 2);
        double sum = 0;
        for (int i = 1; i <= count; i++) {
            sum += recent[(trained - i) % RECENT];
        }
        return sum / count;
    }

    /** {@link #ownPace}, or another number before the first epoch. */
    double ownPaceOr(double other) {
        return hasPace() ? ownPace() : other;
    }

    /**
     * Seconds of an epoch.
     *
     * @param expected what other cells let one expect of it
     */
    double pace(double expected) {
        return hasPace() ? (PLAN * expected + trained * ownPace()) / (PLAN + trained) : expected;
    }

    /**
     * Seconds to the end of the cell.
     *
     * @param expected seconds of an epoch, as other cells let one expect
     */
    double left(double expected) {
        return ended ? 0 : Math.max(AFTER_TRAININGS * seconds, epochsLeft() * pace(expected));
    }

    /** Epochs that are still expected. */
    double epochsLeft() {
        double all = schedule.searchEpochs(schedule.trials());
        double expected = schedule.searchEpochs(trials) - schedule.searchEpochs(trialsBefore);
        double usual = PLAN * all / Math.max(1, schedule.trials());
        double ratio = usual > 0 ? (searched + usual) / (expected + usual) : 1;
        double search = ratio * (all - schedule.searchEpochs(trials));
        double rest = (double) (schedule.again() - again) * schedule.epochs();
        if (trials == schedule.trials()) {
            return Math.max(0, rest - inTraining);
        }
        double next = ratio * (schedule.searchEpochs(trials + 1) - schedule.searchEpochs(trials));
        // A trial that goes on beyond what is usual may be stopped or not: half of its rest.
        double underWay = inTraining < next ? next - inTraining : (schedule.epochs() - inTraining) / 2.0;
        return search - next + Math.max(0, underWay) + rest;
    }
}
