package org.unmute.data.set;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Draws a few clips per class from recordings with detected events (paper section 2; the steps are those of Bird-MAE's
 * script on BirdSet's event mapping). For each recording that meets the condition, the events of its most frequent
 * cluster are kept, except events inside another. A random one becomes the primary clip; the others are left over. A
 * class takes primary clips, chosen at random if there are more than needed, and then left-over ones. The same
 * recordings and seed give the same clips, whatever the order of the rows.
 */
final class FewShotDraw {
    /** The cluster of events without a clear sound. */
    private static final int NOISE = -1;

    private final FewShot options;
    private final double clipSeconds;
    private final SplittableRandom random;

    /**
     * A recording to draw from.
     *
     * @param name unique
     * @param label its class
     * @param seconds its length, above 0; NaN if unknown
     * @param secondary whether the metadata names a second species
     * @param events start and end in seconds
     * @param clusters the cluster of each event
     */
    record Source(
            String name, String label, double seconds, boolean secondary, List<double[]> events, int[] clusters) {}

    /** A clip; {@code end} is infinite for a whole recording. */
    record Drawn(Source source, double start, double end) {}

    FewShotDraw(FewShot options, double clipSeconds) {
        this.options = options;
        this.clipSeconds = clipSeconds;
        random = new SplittableRandom(options.seed());
    }

    /** Clips of some recordings, by class. */
    private record Samples(Map<String, List<Drawn>> primary, Map<String, List<Drawn>> leftOver) {}

    /** The clips by class, sorted by class name; within a class by recording and time. */
    Map<String, List<Drawn>> draw(List<Source> sources) {
        List<Source> sorted =
                sources.stream().sorted(Comparator.comparing(Source::name)).toList();
        Samples wanted = samples(sorted.stream()
                .filter(s -> options.condition().meets(s.seconds(), s.secondary()))
                .toList());
        Map<String, List<Drawn>> chosen = new TreeMap<>();
        sorted.forEach(s -> chosen.putIfAbsent(s.label(), new ArrayList<>()));
        chosen.forEach((label, clips) -> take(clips, wanted, label));
        if (options.fillUp() && options.shots() > 0) {
            Samples others = samples(sorted.stream()
                    .filter(s -> !options.condition().meets(s.seconds(), s.secondary()))
                    .toList());
            chosen.forEach((label, clips) -> take(clips, others, label));
        }
        chosen.values()
                .forEach(clips -> clips.sort(
                        Comparator.comparing((Drawn d) -> d.source().name()).thenComparing(Drawn::start)));
        return chosen;
    }

    private void take(List<Drawn> clips, Samples from, String label) {
        for (List<Drawn> group : List.of(
                from.primary().getOrDefault(label, List.of()), from.leftOver().getOrDefault(label, List.of()))) {
            List<Drawn> open = new ArrayList<>(group);
            if (options.shots() == 0) {
                clips.addAll(open);
                return;
            }
            while (!open.isEmpty() && clips.size() < options.shots()) {
                int at = random.nextInt(open.size());
                clips.add(open.get(at));
                Collections.swap(open, at, open.size() - 1);
                open.removeLast();
            }
        }
    }

    private Samples samples(List<Source> sources) {
        Samples all = new Samples(new LinkedHashMap<>(), new LinkedHashMap<>());
        for (Source s : sources) {
            List<Drawn> clips = windows(s);
            int primary = random.nextInt(clips.size());
            for (int i = 0; i < clips.size(); i++) {
                (i == primary ? all.primary() : all.leftOver())
                        .computeIfAbsent(s.label(), l -> new ArrayList<>())
                        .add(clips.get(i));
            }
        }
        return all;
    }

    /** The clips of a recording; at least one, no two with the same start. */
    private List<Drawn> windows(Source s) {
        if (s.seconds() <= clipSeconds) {
            return List.of(new Drawn(s, 0, Double.POSITIVE_INFINITY));
        }
        Map<Double, Drawn> byStart = new TreeMap<>();
        for (double[] event : events(s)) {
            // The clip is centred on the event, then moved into the recording.
            double start = Math.max(0, (event[0] + event[1] - clipSeconds) / 2);
            if (!Double.isNaN(s.seconds())) {
                start = Math.min(start, s.seconds() - clipSeconds);
            }
            start = Math.round(start * 1000) / 1000.0;
            byStart.putIfAbsent(start, new Drawn(s, start, start + clipSeconds));
        }
        return byStart.isEmpty() ? List.of(new Drawn(s, 0, clipSeconds)) : List.copyOf(byStart.values());
    }

    /** The events of the most frequent cluster (on ties, the lowest), except those strictly inside another. */
    private static List<double[]> events(Source s) {
        int n = s.clusters().length;
        boolean onlyNoise = n == 1 && s.clusters()[0] == NOISE;
        Map<Integer, List<double[]>> byCluster = new TreeMap<>();
        for (int i = 0; i < n; i++) {
            if (onlyNoise || s.clusters()[i] != NOISE) {
                byCluster
                        .computeIfAbsent(s.clusters()[i], c -> new ArrayList<>())
                        .add(s.events().get(i));
            }
        }
        List<double[]> most = List.of();
        for (List<double[]> cluster : byCluster.values()) {
            most = cluster.size() > most.size() ? cluster : most;
        }
        List<double[]> all = most;
        return all.stream()
                .filter(e -> all.stream().noneMatch(o -> o[0] < e[0] && o[1] > e[1]))
                .toList();
    }
}
