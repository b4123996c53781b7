package org.unmute.bench.gpu;

import java.util.List;
import java.util.Map;

/**
 * A piece of the check that runs in a process of its own.
 *
 * @param part what it belongs to
 * @param name its name, unique: {@code contract Prototype}
 * @param proves what a pass means, for {@code --list}
 * @param seconds what it takes on a card, roughly
 * @param limit seconds after which its process is ended
 * @param silence seconds without news after which its process is ended
 * @param properties system properties of its process
 * @param items contract classes, classes of tests or rows
 */
record Step(
        Part part,
        String name,
        String proves,
        double seconds,
        double limit,
        double silence,
        Map<String, String> properties,
        List<String> items) {
    /** The parts of the check. */
    enum Part {
        /** Every row once, at small sizes, against the CPU. */
        SMOKE("small rows against the CPU"),
        /** Every op against the scalar backend in float64, and gradients against stored numbers. */
        CONTRACT("contract suite"),
        /** Reference tensors of all encoders. */
        ENCODERS("reference numbers of encoders"),
        /** Reference results, gradients and training runs of all probes. */
        PROBES("reference numbers of probes"),
        /** The table of timings. */
        TIMINGS("timings"),
        /** The small rows under NVIDIA's compute-sanitizer. */
        SANITIZER("compute-sanitizer");

        private final String label;

        Part(String label) {
            this.label = label;
        }

        /** For the report. */
        String label() {
            return label;
        }
    }

    /** This step with fewer items, which take as much less time. */
    Step of(List<String> some) {
        double part = (double) some.size() / items.size();
        return new Step(this.part, name, proves, seconds * part, limit, silence, properties, some);
    }

    @Override
    public String toString() {
        return name;
    }
}
