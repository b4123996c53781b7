package org.unmute.experiments.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.experiments.grid.Cell;
import org.unmute.experiments.grid.DatasetEntry;
import org.unmute.experiments.grid.EncoderEntry;
import org.unmute.experiments.grid.Grid;
import org.unmute.experiments.grid.ProbeEntry;
import org.unmute.experiments.grid.ProtocolSettings;
import org.unmute.experiments.provenance.BuildInfo;
import org.unmute.experiments.provenance.Json;
import org.unmute.tensor.io.AtomicFile;

/** Writes {@code grid.json}: the grid of a run with every value in effect. */
public final class GridRecord {
    /** Name of the file in a run's folder. */
    public static final String FILE = "grid.json";

    private GridRecord() {}

    /** Writes the file into a run's folder. */
    public static void write(Path out, Grid grid) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        BuildInfo build = BuildInfo.read();
        all.put("version", build.version());
        all.put("commit", build.commit());
        all.put("file", grid.file().toString());
        all.put("encoders", grid.encoders().stream().map(GridRecord::encoder).toList());
        all.put("datasets", grid.datasets().stream().map(GridRecord::dataset).toList());
        all.put("probes", grid.probes().stream().map(GridRecord::probe).toList());
        all.put("settings", settings(grid.protocol()));
        all.put("cells", grid.cells().stream().map(Cell::path).toList());
        AtomicFile.write(out.resolve(FILE), Json.MAPPER.writeValueAsBytes(all));
    }

    private static Map<String, Object> encoder(EncoderEntry e) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("name", e.name());
        m.put("title", e.title());
        m.put("file", e.file().map(Path::toString).orElse(EncoderEntry.EMBEDDED));
        e.norm().ifPresent(n -> m.put("norm", n));
        m.put("settings", e.settings().toString());
        return m;
    }

    private static Map<String, Object> dataset(DatasetEntry d) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("name", d.name());
        m.put("title", d.title());
        m.put("metric", d.task().metric());
        m.put("source", d.source().toString());
        m.put("train", d.splits().train());
        m.put("validation", d.splits().validation().orElse(List.of()));
        m.put("test", d.splits().test());
        m.put("folds", d.folds());
        d.mixup().ifPresent(x -> m.put("mixup", x.toString()));
        return m;
    }

    private static Map<String, Object> probe(ProbeEntry p) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("name", p.label());
        m.put("kind", p.name());
        m.put("options", p.options().values());
        m.put("lr", List.of(p.rate().low(), p.rate().high()));
        m.put("wd", List.of(p.decay().low(), p.decay().high()));
        return m;
    }

    private static Map<String, Object> settings(ProtocolSettings p) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("epochs", p.epochs());
        m.put("batch", p.batch());
        m.put("warmUp", p.warmUp());
        m.put("clip", p.clip());
        m.put("decayAll", p.decayAll());
        m.put("sobolTrials", p.sobol());
        m.put("tpeTrials", p.tpe());
        m.put(
                "halving",
                p.halving()
                        .map(h -> "from epoch " + h.minEpochs() + ", one in " + h.eta())
                        .orElse("off"));
        m.put("searchSeed", p.searchSeed());
        m.put("top", p.top());
        m.put("seeds", p.seeds().toString());
        m.put("loss", p.loss().map(l -> l.loss().name()).orElse("asl, or ce for single-label sets"));
        m.put("validationShare", p.validation());
        m.put("validationSeed", p.validationSeed());
        m.put("standardize", p.standardize());
        m.put("tokens", p.tokens().toString());
        return m;
    }
}
