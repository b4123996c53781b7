package org.unmute.events.detection;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmute.probes.event.Event;

/** Totals over the recordings so far. */
final class RunTotals {
    private final long[] events;
    private final double[] seconds;
    private final double[] score;
    private final List<DetectionRun.Skipped> skipped = new ArrayList<>();
    private int leftOut;
    private int found;
    private int present;
    private double read;

    RunTotals(int classes) {
        events = new long[classes];
        seconds = new double[classes];
        score = new double[classes];
        Arrays.fill(score, Double.NaN);
    }

    void add(Event event) {
        int c = event.label();
        events[c]++;
        seconds[c] += event.offset() - event.onset();
        score[c] = Double.isNaN(score[c]) ? event.score() : Math.max(score[c], event.score());
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
            classes.add(new DetectionRun.ClassTotal(c, events[c], seconds[c], score[c]));
        }
        return new DetectionRun.Outcome(found, present, List.copyOf(skipped), leftOut, read, classes);
    }
}
