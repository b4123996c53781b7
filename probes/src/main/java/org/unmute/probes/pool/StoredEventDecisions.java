package org.unmute.probes.pool;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventDecisions.Learned;
import org.unmute.probes.decision.EventDecisions.OneClass;
import org.unmute.probes.decision.EventDecisions.Stretches;
import org.unmute.probes.decision.EventThresholdRule;
import org.unmute.probes.decision.ScoreCalibration;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;

/** Event decisions in a probe's file: {@code events.*}, one number per class, and metadata {@code event_*}. */
final class StoredEventDecisions {
    private static final String TENSOR = "events.";
    private static final String RULE = "event_rule";
    private static final String SOURCE = "event_source";
    private static final String NUMBERS = "event_numbers";
    private static final int COUNT = 10;

    private StoredEventDecisions() {}

    static void add(SafetensorsWriter out, EventDecisions decisions) {
        Learned learned = decisions.learned();
        Stretches s = decisions.stretches();
        double[] numbers = {
            s.context(),
            s.stride(),
            s.median(),
            s.maxGap(),
            s.minDuration(),
            learned.clips(),
            learned.clipSeconds(),
            learned.backgroundHours(),
            learned.eventsPerHour(),
            learned.shrinkage(),
            s.drop()
        };
        // Files of decisions without a drop are as they were before there was one.
        int count = s.drop() == 0 ? COUNT : numbers.length;
        out.metadata(RULE, learned.rule().toString())
                .metadata(SOURCE, learned.source())
                .metadata(
                        NUMBERS,
                        String.join(
                                " ",
                                Arrays.stream(numbers, 0, count)
                                        .mapToObj(Double::toString)
                                        .toList()));
        List<OneClass> all = decisions.classes();
        doubles(out, "thresholds", all, OneClass::threshold);
        doubles(out, "absent_hours", all, OneClass::absentHours);
        doubles(out, "auroc_low", all, OneClass::aurocLow);
        doubles(out, "auroc_high", all, OneClass::aurocHigh);
        ints(out, "off", all, c -> c.isOff() ? 1 : 0);
        ints(out, "shown", all, c -> c.isShown() ? 1 : 0);
        ints(out, "positives", all, OneClass::positives);
        ints(out, "recordings", all, OneClass::recordings);
        ints(out, "found", all, OneClass::found);
        ints(out, "absent_alarms", all, OneClass::absentAlarms);
        ints(out, "background_alarms", all, OneClass::backgroundAlarms);
        // Files of decisions about independent clips are as they were before there were other ones.
        if (all.stream().anyMatch(c -> c.foundSpread() + c.absentSpread() + c.backgroundSpread() > 3)) {
            doubles(out, "found_spread", all, OneClass::foundSpread);
            doubles(out, "absent_spread", all, OneClass::absentSpread);
            doubles(out, "background_spread", all, OneClass::backgroundSpread);
        }
        Shape shape = Shape.of(all.size());
        out.add(TENSOR + "slopes", shape, decisions.calibration().slopes())
                .add(TENSOR + "offsets", shape, decisions.calibration().offsets());
    }

    private static void doubles(
            SafetensorsWriter out, String name, List<OneClass> all, ToDoubleFunction<OneClass> value) {
        out.add(
                TENSOR + name,
                Shape.of(all.size()),
                all.stream().mapToDouble(value).toArray());
    }

    private static void ints(SafetensorsWriter out, String name, List<OneClass> all, ToIntFunction<OneClass> value) {
        out.add(
                TENSOR + name,
                Shape.of(all.size()),
                all.stream().mapToInt(value).toArray());
    }

    /**
     * @throws IllegalArgumentException if something is missing or malformed; a file without such decisions gives null
     */
    static @Nullable EventDecisions of(SafetensorsFile file) {
        Map<String, String> about = file.metadata();
        if (!about.containsKey(RULE)) {
            return null;
        }
        double[] n;
        try {
            n = Arrays.stream(ProbeMetadata.text(about, NUMBERS).split(" "))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the metadata's " + NUMBERS + " are no numbers", e);
        }
        if (n.length != COUNT && n.length != COUNT + 1) {
            throw new IllegalArgumentException(
                    "the metadata's " + NUMBERS + " are " + n.length + ", not " + COUNT + " or " + (COUNT + 1));
        }
        double[] thresholds = doubles(file, "thresholds");
        double[] hours = doubles(file, "absent_hours");
        double[] low = doubles(file, "auroc_low");
        double[] high = doubles(file, "auroc_high");
        int[] off = ints(file, "off");
        int[] shown = ints(file, "shown");
        int[] positives = ints(file, "positives");
        int[] recordings = ints(file, "recordings");
        int[] found = ints(file, "found");
        int[] absent = ints(file, "absent_alarms");
        int[] background = ints(file, "background_alarms");
        double[] foundSpread = spread(file, "found_spread", thresholds.length);
        double[] absentSpread = spread(file, "absent_spread", thresholds.length);
        double[] backgroundSpread = spread(file, "background_spread", thresholds.length);
        List<OneClass> classes = new ArrayList<>();
        for (int c = 0; c < thresholds.length; c++) {
            classes.add(new OneClass(
                    thresholds[c],
                    off[c] != 0,
                    shown[c] != 0,
                    positives[c],
                    recordings[c],
                    found[c],
                    hours[c],
                    absent[c],
                    background[c],
                    low[c],
                    high[c],
                    foundSpread[c],
                    absentSpread[c],
                    backgroundSpread[c]));
        }
        return new EventDecisions(
                new Stretches(n[0], n[1], n[2], n[3], n[4], n.length > COUNT ? n[COUNT] : 0),
                new Learned(
                        EventThresholdRule.parse(about.get(RULE)),
                        ProbeMetadata.text(about, SOURCE),
                        (int) n[5],
                        n[6],
                        n[7],
                        n[8],
                        n[9]),
                classes,
                new ScoreCalibration(doubles(file, "slopes"), doubles(file, "offsets")));
    }

    private static double[] spread(SafetensorsFile file, String name, int classes) {
        return file.has(TENSOR + "found_spread")
                ? doubles(file, name)
                : DoubleStream.generate(() -> 1).limit(classes).toArray();
    }

    private static double[] doubles(SafetensorsFile file, String name) {
        requireColumn(file, name);
        return file.doubles(TENSOR + name);
    }

    private static int[] ints(SafetensorsFile file, String name) {
        requireColumn(file, name);
        return file.ints(TENSOR + name);
    }

    private static void requireColumn(SafetensorsFile file, String name) {
        String tensor = TENSOR + name;
        if (!file.has(tensor)) {
            throw new IllegalArgumentException(tensor + " is missing");
        }
        Shape expected = file.has(TENSOR + "thresholds") ? file.shape(TENSOR + "thresholds") : null;
        if (file.shape(tensor).rank() != 1 || !file.shape(tensor).equals(expected)) {
            throw new IllegalArgumentException(
                    tensor + " has shape " + file.shape(tensor) + ", not one number a class: " + expected);
        }
    }
}
