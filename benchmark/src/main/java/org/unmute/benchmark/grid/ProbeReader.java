package org.unmute.benchmark.grid;

import java.util.List;
import java.util.Optional;
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
            "batch",
            "encoders",
            "datasets",
            "frames",
            "event-thresholds");
    /** Clips a step where rows are trained, as BAT_ICML2026 has them (paper, section 9.1). */
    private static final int BATCH_OF_FRAMES = 16;

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
