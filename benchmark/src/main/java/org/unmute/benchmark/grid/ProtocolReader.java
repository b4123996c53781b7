package org.unmute.benchmark.grid;

import java.util.List;
import java.util.Optional;
import org.unmute.benchmark.protocol.CellSettings;
import org.unmute.benchmark.search.Halving;
import org.unmute.benchmark.search.Range;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.train.Objective;
import org.unmute.tensor.DType;

/** Reads {@code protocol}; the defaults are those of the paper and of docs/protocol.md. */
final class ProtocolReader {
    static final List<String> KEYS = List.of(
            "epochs",
            "batch",
            "warm-up",
            "clip",
            "decay",
            "sobol",
            "tpe",
            "halving",
            "search-seed",
            "top",
            "seeds",
            "loss",
            "lr",
            "lr-prototypes",
            "weight-decay",
            "validation",
            "validation-seed",
            "standardize",
            "tokens",
            "retrieval");
    static final List<String> HALVING_KEYS = List.of("min-epochs", "eta");
    static final List<String> LOSSES = List.of("auto", "asl", "bce", "ce");

    private static final int MOST = 1 << 20;
    private static final Range RATES = Range.logarithmic(CellSettings.RATE, 1e-4, 7e-3);
    private static final Range PROTOTYPE_RATES = Range.logarithmic(CellSettings.RATE, 2e-3, 8e-2);
    private static final Range DECAYS = Range.logarithmic(CellSettings.DECAY, 1e-5, 5e-4);

    private final TomlTable t;

    ProtocolReader(TomlTable table) {
        this.t = table.only(KEYS);
    }

    ProtocolSettings settings() {
        int epochs = t.whole("epochs", 1, MOST, 30);
        int sobol = t.whole("sobol", 0, MOST / 2, 25);
        int tpe = t.whole("tpe", 0, MOST / 2, 25);
        if (sobol + tpe == 0) {
            throw t.problem("sobol", "there is no trial: sobol and tpe are both 0");
        }
        List<Long> seeds = t.wholes("seeds", Long.MIN_VALUE, Long.MAX_VALUE).orElse(List.of(0L, 1L, 2L, 3L, 4L));
        if (seeds.isEmpty()) {
            throw t.problem("seeds", "names none");
        }
        rate(t, "linear", false); // check a range even if no probe uses it
        rate(t, "lr-prototypes", PROTOTYPE_RATES);
        decay(t);
        double validation = t.number("validation", 0, 1, 0.1);
        if (!(validation > 0 && validation < 1)) {
            throw t.problem("validation", "is a share of the training clips above 0 and below 1: " + validation);
        }
        return new ProtocolSettings(
                epochs,
                t.whole("batch", 1, MOST, 128),
                t.whole("warm-up", 0, Integer.MAX_VALUE, 0),
                t.number("clip", 0, Double.MAX_VALUE, 0),
                t.choice("decay", List.of("all", "matrices")).orElse("all").equals("all"),
                sobol,
                tpe,
                halving(),
                t.seed("search-seed", 0),
                t.whole("top", 1, MOST, 3),
                seeds,
                loss(t),
                validation,
                t.seed("validation-seed", 0),
                t.flag("standardize").orElse(false),
                t.choice("tokens", List.of("f16", "f32")).orElse("f16").equals("f16") ? DType.F16 : DType.F32,
                t.whole("retrieval", 1, MOST).map(Long::intValue));
    }

    private Optional<Halving> halving() {
        if (!t.has("halving") || t.isFlag("halving")) {
            return t.flag("halving").orElse(true) ? Optional.of(Halving.DEFAULT) : Optional.empty();
        }
        if (!t.isTable("halving")) {
            throw t.problem("halving", "must be true, false or a table with " + String.join(" and ", HALVING_KEYS));
        }
        TomlTable h = t.table("halving").orElseThrow().only(HALVING_KEYS);
        return Optional.of(new Halving(
                h.whole("min-epochs", 1, MOST, Halving.DEFAULT.minEpochs()),
                h.whole("eta", 2, MOST, Halving.DEFAULT.eta())));
    }

    /** The loss of a table; empty if automatic or not stated. */
    static Optional<Objective> loss(TomlTable table) {
        return table.choice("loss", LOSSES).filter(l -> !l.equals("auto")).map(Objective::named);
    }

    /**
     * The learning rates of a probe: its own, else the protocol's for its family. Rows need the higher ones of
     * prototypes, since few of them have a class: biases must go far from 0.
     */
    Range rate(TomlTable probe, String name, boolean frames) {
        boolean high = frames || Probes.type(name).hasPrototypes();
        Range family = high ? rate(t, "lr-prototypes", PROTOTYPE_RATES) : rate(t, "lr", RATES);
        return rate(probe, "lr", family);
    }

    private static Range rate(TomlTable table, String key, Range absent) {
        return range(table, key, CellSettings.RATE, absent);
    }

    /** The weight decays of a probe: its own, else the protocol's. */
    Range decay(TomlTable probe) {
        return range(probe, "weight-decay", CellSettings.DECAY, range(t, "weight-decay", CellSettings.DECAY, DECAYS));
    }

    static Range range(TomlTable table, String key, String name, Range absent) {
        Optional<List<Double>> bounds = table.numbers(key);
        if (bounds.isEmpty()) {
            return absent;
        }
        List<Double> b = bounds.get();
        if (b.size() != 2 || !(b.get(0) > 0) || b.get(0) > b.get(1)) {
            throw table.problem(key, "must be two numbers above 0 that rise, [low, high], is " + b);
        }
        return Range.logarithmic(name, b.get(0), b.get(1));
    }
}
