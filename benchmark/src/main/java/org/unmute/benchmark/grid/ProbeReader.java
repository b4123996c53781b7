package org.unmute.benchmark.grid;

import java.util.List;
import java.util.Optional;
import org.unmute.benchmark.protocol.CellSettings;
import org.unmute.benchmark.search.Range;
import org.unmute.files.NearestName;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;

/** Reads an entry of {@code probes}. */
final class ProbeReader {
    static final List<String> KEYS = List.of(
            "name",
            "label",
            "set",
            "lr",
            "weight-decay",
            "k",
            "batch",
            "encoders",
            "datasets",
            "frames",
            "event-thresholds");
    /** Clips a step where rows are trained, as BAT_ICML2026 has them (paper, section 9.1). */
    private static final int BATCH_OF_FRAMES = 16;

    private static final Range NEIGHBOURS = Range.logarithmic(CellSettings.NEIGHBOURS, 1, 100);

    private static final String LEARNED = "learned";
    /** Option of a probe that scores rows. */
    private static final String ROWS = "rows";

    private final TomlTable t;
    private final ProtocolReader protocol;
    private final List<String> encoderNames;
    private final List<String> datasetNames;

    ProbeReader(TomlTable table, ProtocolReader protocol, List<String> encoderNames, List<String> datasetNames) {
        this.t = table;
        this.protocol = protocol;
        this.encoderNames = encoderNames;
        this.datasetNames = datasetNames;
    }

    ProbeEntry entry() {
        t.only(KEYS).required("name");
        String name = t.text("name").orElseThrow();
        if (!Probes.names().contains(name)) {
            throw t.problem(
                    "name",
                    "'" + name + "' is not known" + NearestName.suggestion(name, Probes.names()) + "; "
                            + Probes.ELSEWHERE);
        }
        boolean frames = t.flag("frames").orElse(false);
        String label = GridReader.folderName(t, "label", t.text("label").orElse(frames ? name + "-frames" : name));
        ProbeOptions options = t.table("set").map(s -> options(name, s)).orElse(ProbeOptions.DEFAULTS);
        if (frames) {
            options = ofRows(name, options);
        }
        return new ProbeEntry(
                name,
                label,
                options,
                protocol.rate(t, name, frames),
                protocol.decay(t),
                neighbours(name, options),
                t.whole("batch", 1, 1 << 20)
                        .map(Long::intValue)
                        .or(() -> frames ? Optional.of(BATCH_OF_FRAMES) : Optional.empty()),
                t.known("encoders", encoderNames),
                t.known("datasets", datasetNames),
                frames,
                t.choice("event-thresholds", List.of(LEARNED, "fixed"))
                        .orElse(frames ? LEARNED : "fixed")
                        .equals(LEARNED));
    }

    private Optional<Range> neighbours(String name, ProbeOptions options) {
        String k = CellSettings.NEIGHBOURS;
        if (!Probes.type(name).hasNeighbours()) {
            if (t.has(k)) {
                throw t.problem(k, "is searched for knn: probe " + name + " has none");
            }
            return Optional.empty();
        }
        for (String key : List.of("lr", "weight-decay")) {
            if (t.has(key)) {
                throw t.problem(key, "probe " + name + " is not trained by gradients: leave it out; k is searched");
            }
        }
        if (options.has(k)) {
            throw t.problem("set", "probe " + name + ": k is searched: write k = [5, 5] for one value, not set.k");
        }
        Range range = ProtocolReader.range(t, k, k, NEIGHBOURS);
        if (range.low() < 1 || range.low() != Math.rint(range.low()) || range.high() != Math.rint(range.high())) {
            throw t.problem(k, "must be two whole numbers of at least 1, is " + range.low() + " to " + range.high());
        }
        return Optional.of(range);
    }

    private ProbeOptions ofRows(String name, ProbeOptions options) {
        if (!Probes.ofRows().contains(name)) {
            throw t.problem(
                    "frames",
                    "probe " + name + " cannot score a moment by itself: use one of "
                            + String.join(", ", Probes.ofRows()));
        }
        if (options.has(ROWS) && !options.values().get(ROWS).equals("true")) {
            throw t.problem("frames", "makes a probe with rows=true: leave set.rows out");
        }
        return options.with(ROWS, true);
    }

    /** The options of a probe; their values are checked when the probe is created. */
    static ProbeOptions options(String probe, TomlTable set) {
        List<String> known = Probes.type(probe).options();
        if (known.isEmpty() && !set.keys().isEmpty()) {
            throw set.problem("probe " + probe + " has no options");
        }
        return new ProbeOptions(set.only(known).values());
    }
}
