package org.unmute.events.detection;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Totals over the recordings so far. */
final class RunTotals {
    private final long[] events;
    private final double[] seconds;
    private final double[] score;
    private final long[] confirmed;
    private final long[] rejected;
    private final List<DetectionRun.Skipped> skipped = new ArrayList<>();
    private int leftOut;
    private int found;
    private int present;
    private double read;

    RunTotals(int classes) {
        events = new long[classes];
        seconds = new double[classes];
        score = new double[classes];
        confirmed = new long[classes];
        rejected = new long[classes];
        Arrays.fill(score, Double.NaN);
    }

    void add(DecidedEvents all) throws IOException {
        all.forEach(event -> {
            int c = event.label();
            events[c]++;
            seconds[c] += event.offset() - event.onset();
            if (!(event.score() <= score[c]) && !Float.isNaN(event.score())) {
                score[c] = event.score();
            }
            confirmed[c] += all.isConfirmed(event) ? 1 : 0;
        });
        all.rejected(event -> rejected[event.label()]++);
    }

    void skip(DetectionRun.Skipped one) {
        skipped.add(one);
        leftOut += one.read() == 0 ? 1 : 0;
    }

    void done(ReadOutcome one, boolean before) {
        read += one.seconds();
        if (before) {
            present++;
        } else {
            found++;
        }
    }

    DetectionRun.Outcome outcome() {
        List<DetectionRun.ClassTotal> classes = new ArrayList<>();
        for (int c = 0; c < events.length; c++) {
            classes.add(new DetectionRun.ClassTotal(c, events[c], seconds[c], score[c], confirmed[c], rejected[c]));
        }
        return new DetectionRun.Outcome(found, present, List.copyOf(skipped), leftOut, read, classes);
    }
}
