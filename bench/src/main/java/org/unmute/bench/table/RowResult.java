package org.unmute.bench.table;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import org.unmute.bench.rows.Row;

/**
 * The result of a row.
 *
 * @param id of the row
 * @param title of the row
 * @param threads of the row
 * @param gflop of a call
 * @param gbytes of a call
 * @param audioSeconds seconds of audio that a call processes
 * @param entries one per engine, this one first
 * @param origin the run that it comes from
 */
public record RowResult(
        String id,
        String title,
        int threads,
        double gflop,
        double gbytes,
        double audioSeconds,
        List<Entry> entries,
        Origin origin) {
    /**
     * One engine.
     *
     * @param name the name for {@code --peers}
     * @param label name and version; empty if it did not start
     * @param ms median time of a call, 0 if it was not timed
     * @param rounds median of each round
     * @param extraBytes peak resident bytes beyond those after loading inputs and weights, -1 if unknown
     * @param tensorBytes peak bytes of tensors during a call, -1 if unknown
     * @param problem why it was not timed; null if it was timed
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Entry(
            String name, String label, double ms, double[] rounds, long extraBytes, long tensorBytes, String problem) {
        static Entry failed(String name, String label, String problem) {
            return new Entry(name, label, 0, new double[0], -1, -1, problem);
        }

        @JsonIgnore
        boolean isTimed() {
            return problem == null;
        }
    }

    /**
     * The run that a result comes from.
     *
     * @param date of the run
     * @param commit of the program, empty if unknown
     * @param machine processor, cores, memory
     * @param jvm version and vector width
     * @param gflops FMA peak for the row's number of threads, GFLOP/s; 0 if not measured
     * @param gbytes memory read bandwidth for the same number of threads, GB/s; 0 if not measured
     */
    record Origin(String date, String commit, String machine, String jvm, double gflops, double gbytes) {}

    /** The entry of an engine that was timed. */
    Optional<Entry> timed(String name) {
        return entries.stream()
                .filter(e -> e.name().equals(name) && e.isTimed())
                .findFirst();
    }

    /** The time of this engine divided by that of a peer; empty unless both were timed. */
    Optional<Double> ratio(String peer) {
        return timed(Row.OURS).flatMap(ours -> timed(peer).map(theirs -> ours.ms() / theirs.ms()));
    }

    /** The share of the FMA peak that this engine reaches; 0 if not applicable. */
    double flopShare() {
        return share(gflop, origin.gflops());
    }

    /** The share of the memory bandwidth that this engine reaches; 0 if not applicable. */
    double byteShare() {
        return share(gbytes, origin.gbytes());
    }

    /** Hours of audio that this engine processes in an hour; 0 if not applicable. */
    double hoursPerHour() {
        return timed(Row.OURS).map(e -> audioSeconds * 1e3 / e.ms()).orElse(0.0);
    }

    private double share(double work, double limit) {
        return timed(Row.OURS)
                .filter(_ -> limit > 0)
                .map(e -> work / e.ms() * 1e3 / limit)
                .orElse(0.0);
    }
}
