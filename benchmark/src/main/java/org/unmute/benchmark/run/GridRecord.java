package org.unmute.benchmark.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.unmute.benchmark.grid.Cell;
import org.unmute.benchmark.grid.DatasetEntry;
import org.unmute.benchmark.grid.EncoderEntry;
import org.unmute.benchmark.grid.Grid;
import org.unmute.benchmark.grid.ProbeEntry;
import org.unmute.benchmark.grid.ProtocolSettings;
import org.unmute.benchmark.search.Halving;
import org.unmute.data.provenance.BuildInfo;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.JsonObject;

/** Writes {@code grid.json}: the grid of a run with every value in effect. */
public final class GridRecord {
    /** Name of the file in a run's folder. */
    public static final String FILE = "grid.json";

    private GridRecord() {}

    /** Writes the file into a run's folder. */
    public static void write(Path out, Grid grid) throws IOException {
        BuildInfo build = BuildInfo.read();
        Json.write(
                out.resolve(FILE),
                new JsonObject()
                        .with("version", build.version())
                        .with("commit", build.commit())
                        .with("file", grid.file().toString())
                        .with(
                                "encoders",
                                grid.encoders().stream()
                                        .map(GridRecord::encoder)
                                        .toList())
                        .with(
                                "datasets",
                                grid.datasets().stream()
                                        .map(GridRecord::dataset)
                                        .toList())
                        .with(
                                "probes",
                                grid.probes().stream().map(GridRecord::probe).toList())
                        .with("settings", settings(grid.protocol()))
                        .with("cells", grid.cells().stream().map(Cell::path).toList()));
    }

    private static Map<String, Object> encoder(EncoderEntry e) {
        Map<String, Object> all =
                new JsonObject().with("name", e.name()).with("title", e.title()).with("file", e.origin());
        e.norm().ifPresent(n -> all.put("norm", n));
        all.put("settings", e.settings().toString());
        return all;
    }

    private static Map<String, Object> dataset(DatasetEntry d) {
        Map<String, Object> all = new JsonObject()
                .with("name", d.name())
                .with("title", d.title())
                .with("metric", d.task().metric())
                .with("source", d.source().toString())
                .with("train", d.splits().train())
                .with("validation", d.splits().validation().orElse(List.of()))
                .with("test", d.splits().test())
                .with("folds", d.folds());
        d.mixup().ifPresent(x -> all.put("mixup", x.toString()));
        return all;
    }

    private static Map<String, Object> probe(ProbeEntry p) {
        return new JsonObject()
                .with("name", p.label())
                .with("kind", p.name())
                .with("options", p.options().values())
                .with("lr", List.of(p.rate().low(), p.rate().high()))
                .with("wd", List.of(p.decay().low(), p.decay().high()));
    }

    private static Map<String, Object> settings(ProtocolSettings p) {
        return new JsonObject()
                .with("epochs", p.epochs())
                .with("batch", p.batch())
                .with("warmUp", p.warmUp())
                .with("clip", p.clip())
                .with("decayAll", p.decayAll())
                .with("sobolTrials", p.sobol())
                .with("tpeTrials", p.tpe())
                .with("halving", p.halving().map(Halving::words).orElse("off"))
                .with("searchSeed", p.searchSeed())
                .with("top", p.top())
                .with("seeds", p.seeds().toString())
                .with("loss", p.loss().map(l -> l.loss().name()).orElse("asl, or ce for single-label sets"))
                .with("validationShare", p.validation())
                .with("validationSeed", p.validationSeed())
                .with("standardize", p.standardize())
                .with("tokens", p.tokens().toString());
    }
}
