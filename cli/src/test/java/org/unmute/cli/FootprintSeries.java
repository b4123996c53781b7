package org.unmute.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Footprints of a process that repeats its work, and a check for growth. */
final class FootprintSeries {
    private static final double MIB = 1 << 20;
    private static final String ROW = "| %,9d | %14.2f | %11.2f | %13.1f | %5d | %6d | %7d |";

    /**
     * A quantity and its allowed growth, which covers late JIT compilation and caches of the JVM.
     *
     * @param floor   allowed in any case
     * @param perCall allowed in addition for each call
     */
    private record Bound(
            String name,
            ToLongFunction<Footprint> value,
            double floor,
            double perCall,
            double unit,
            String unitName,
            Function<Footprint, Map<String, Long>> parts) {}

    private static final List<Bound> BOUNDS = List.of(
            new Bound("live heap", Footprint::heap, 1.5 * MIB, 256, MIB, " MiB", Footprint::classes),
            new Bound("native memory", Footprint::natives, 6 * MIB, 512, MIB, " MiB", Footprint::categories),
            new Bound("resident memory", Footprint::resident, 96 * MIB, 1024, MIB, " MiB", Footprint::categories),
            new Bound("open files", Footprint::handles, 2, 0, 1, "", null),
            new Bound("mapped files", Footprint::mapped, 2, 0, 1, "", null),
            new Bound("threads", Footprint::threadCount, 2, 0, 1, "", Footprint::threads));

    private final List<Footprint> all = new ArrayList<>();

    /** The header of the table. */
    static String head() {
        return "|     calls | live heap, MiB | native, MiB | resident, MiB | files | mapped | threads |\n"
                + "|---:|---:|---:|---:|---:|---:|---:|";
    }

    /** Adds a footprint and returns its row. */
    String add(Footprint f) {
        if (all.size() > 1) {
            // Only the first and the last histogram are compared; keeping the others would itself be growth.
            all.set(all.size() - 1, all.getLast().withoutParts());
        }
        all.add(f);
        return String.format(
                Locale.ROOT,
                ROW,
                f.calls(),
                f.heap() / MIB,
                f.natives() / MIB,
                f.resident() / MIB,
                f.handles(),
                f.mapped(),
                f.threadCount());
    }

    /** Descriptions of the quantities that grew more than allowed; empty if none did. */
    List<String> growth() {
        if (all.size() < 4) {
            throw new IllegalStateException("growth shows in four footprints or more, not in " + all.size());
        }
        List<String> found = new ArrayList<>();
        long calls = all.getLast().calls() - all.getFirst().calls();
        for (Bound b : BOUNDS) {
            double grown = slope(b.value()) * calls;
            double allowed = b.floor() + b.perCall() * calls;
            if (grown > allowed) {
                found.add(String.format(
                        Locale.ROOT,
                        "%s grew by %.1f%s over %,d calls, %.1f%s are allowed%s",
                        b.name(),
                        grown / b.unit(),
                        b.unitName(),
                        calls,
                        allowed / b.unit(),
                        b.unitName(),
                        b.parts() == null ? "" : "; most by: " + grownMost(b)));
            }
        }
        return found;
    }

    /** Growth per call: the slope of the least-squares line, which a single outlier barely affects. */
    private double slope(ToLongFunction<Footprint> value) {
        double calls = all.stream().mapToLong(Footprint::calls).average().orElseThrow();
        double mean = all.stream().mapToLong(value).average().orElseThrow();
        double products = 0;
        double squares = 0;
        for (Footprint f : all) {
            products += (f.calls() - calls) * (value.applyAsLong(f) - mean);
            squares += (f.calls() - calls) * (f.calls() - calls);
        }
        return products / squares;
    }

    private String grownMost(Bound b) {
        Map<String, Long> before = b.parts().apply(all.getFirst());
        return b.parts().apply(all.getLast()).entrySet().stream()
                .map(e -> Map.entry(e.getKey(), e.getValue() - before.getOrDefault(e.getKey(), 0L)))
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(8)
                .map(e -> String.format(Locale.ROOT, "%s %.2f%s", e.getKey(), e.getValue() / b.unit(), b.unitName()))
                .collect(Collectors.joining(", "));
    }
}
