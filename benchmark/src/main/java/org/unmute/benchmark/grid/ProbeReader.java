package org.unmute.benchmark.grid;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.unmute.benchmark.protocol.CellSettings;
import org.unmute.benchmark.search.Range;
import org.unmute.files.NearestName;
import org.unmute.probes.pool.MaxPooled;
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
            "boxes",
            "event-thresholds");
    /** Clips a step where rows or boxes are trained: of rows BAT_ICML2026 has as many (paper, section 9.1). */
    private static final int BATCH_OF_TIMES = 16;

    private static final Range NEIGHBOURS = Range.logarithmic(CellSettings.NEIGHBOURS, 1, 100);

    private static final String LEARNED = "learned";
    /** Option of a probe that scores rows. */
    private static final String ROWS = "rows";
    /** Options that a probe of boxes has with these values alone. */
    private static final Map<String, String> NOT_FOR_BOXES = new TreeMap<>(Map.of(ROWS, "false", "topk", "1"));

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
        boolean boxes = t.flag("boxes").orElse(false);
        if (frames && boxes) {
            throw t.problem("boxes", "trains tokens in boxes, frames = true trains rows: leave one of the two out");
        }
        boolean timed = frames || boxes;
        String label = GridReader.folderName(
                t, "label", t.text("label").orElse(name + (frames ? "-frames" : boxes ? "-boxes" : "")));
        ProbeOptions options = t.table("set").map(s -> options(name, s)).orElse(ProbeOptions.DEFAULTS);
        if (frames) {
            options = ofRows(name, options);
        }
        if (boxes) {
            options = ofBoxes(name, options);
        }
        return new ProbeEntry(
                name,
                label,
                options,
                protocol.rate(t, name, timed),
                protocol.decay(t),
                neighbours(name, options),
                t.whole("batch", 1, 1 << 20)
                        .map(Long::intValue)
                        .or(() -> timed ? Optional.of(BATCH_OF_TIMES) : Optional.empty()),
                t.known("encoders", encoderNames),
                t.known("datasets", datasetNames),
                frames,
                boxes,
                t.choice("event-thresholds", List.of(LEARNED, "fixed"))
                        .orElse(timed ? LEARNED : "fixed")
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

    /** A probe of boxes finds bands from those of its boxes, unless its options say otherwise. */
    private ProbeOptions ofBoxes(String name, ProbeOptions options) {
        if (!takesBoxes(name)) {
            throw t.problem(
                    "boxes",
                    "probe " + name + " does not take the maximum over tokens: use one of "
                            + String.join(
                                    ", ",
                                    Probes.names().stream()
                                            .filter(ProbeReader::takesBoxes)
                                            .toList()));
        }
        notForBoxes(options).ifPresent(option -> {
            throw t.problem("boxes", "needs a probe that takes the maximum over tokens: leave set." + option + " out");
        });
        return options.has(MaxPooled.BANDS) ? options : options.with(MaxPooled.BANDS, MaxPooled.TAUGHT);
    }

    /** The option by which a probe does not take the maximum over tokens. */
    static Optional<String> notForBoxes(ProbeOptions options) {
        return NOT_FOR_BOXES.entrySet().stream()
                .filter(usual -> options.has(usual.getKey())
                        && !options.values().get(usual.getKey()).equals(usual.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static boolean takesBoxes(String probe) {
        return Probes.type(probe).options().contains(MaxPooled.BANDS);
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
