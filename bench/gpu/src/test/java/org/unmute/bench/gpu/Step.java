package org.unmute.bench.gpu;

import java.util.List;
import java.util.Map;

/**
 * A piece of the check that runs in its own process.
 *
 * @param part what it belongs to
 * @param name its name, unique: {@code contract Prototype}
 * @param proves what a pass means, for {@code --list}
 * @param seconds what it takes on a card, roughly
 * @param limit seconds after which its process is ended
 * @param silence seconds without news after which its process is ended
 * @param properties system properties of its process
 * @param tests classes or methods, as {@link StepWorker} takes them
 * @param rows ids of the rows that it times
 */
record Step(
        Part part,
        String name,
        String proves,
        double seconds,
        double limit,
        double silence,
        Map<String, String> properties,
        List<String> tests,
        List<String> rows) {
    /** The parts of the check. */
    enum Part {
        /** Every row once, at small sizes, against the CPU. */
        SMOKE("small rows against the CPU", 30, 300, 120),
        /** Every op against the scalar backend in float64, and gradients against stored numbers. */
        CONTRACT("contract suite", 20, 240, 120),
        /** Reference tensors of all encoders. */
        ENCODERS("reference numbers of encoders", 60, 900, 600),
        /** Reference results, gradients and training runs of all probes. */
        PROBES("reference numbers of probes", 60, 900, 600),
        /** The table of timings. */
        TIMINGS("timings", 10, 300, 420),
        /** The small rows under NVIDIA's compute-sanitizer. */
        SANITIZER("compute-sanitizer", 90, 300, 300);

        private final String label;
        private final double seconds;
        private final double limit;
        private final double silence;

        Part(String label, double seconds, double limit, double silence) {
            this.label = label;
            this.seconds = seconds;
            this.limit = limit;
            this.silence = silence;
        }

        /** For the report. */
        String label() {
            return label;
        }
    }

    /** A step of a part, with the times of that part. */
    static Step of(Part part, String name, String proves, Map<String, String> properties, List<String> tests) {
        return new Step(part, name, proves, part.seconds, part.limit, part.silence, properties, tests, List.of());
    }

    /** This step, which times rows that take so many seconds each beside its start. */
    Step timing(List<String> ids, double each) {
        double all = each * ids.size();
        return new Step(part, name, proves, seconds + all, limit + 10 * all, silence, properties, tests, ids);
    }

    /** The module whose reference numbers it needs; null if it needs none. */
    String golden() {
        return part == Part.ENCODERS ? "models" : part == Part.PROBES ? "probes" : null;
    }

    /** Its name in the report. */
    String title() {
        return switch (part) {
            case CONTRACT, TIMINGS -> name;
            case SANITIZER -> part.label + " " + name;
            default -> part.label;
        };
    }

    /** Whether so much time is worth beginning: a step that times rows stops before the row that does not fit. */
    boolean fits(double left) {
        return seconds <= left || !rows.isEmpty() && seconds / rows.size() <= left;
    }
}
