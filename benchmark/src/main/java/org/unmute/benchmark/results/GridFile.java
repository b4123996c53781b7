package org.unmute.benchmark.results;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.unmute.benchmark.grid.Cell;
import org.unmute.benchmark.grid.DatasetEntry;
import org.unmute.benchmark.grid.EncoderEntry;
import org.unmute.benchmark.grid.Grid;
import org.unmute.benchmark.grid.ProbeEntry;
import org.unmute.benchmark.grid.ProtocolSettings;
import org.unmute.benchmark.search.Halving;
import org.unmute.data.json.JsonFields;
import org.unmute.data.provenance.BuildInfo;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.JsonObject;

/**
 * The planned grid of a run: its {@code grid.json}, which states every value in effect.
 *
 * @param encoders the encoders, in display order
 * @param datasets the data sets, in display order
 * @param probes   names of the probes' folders, in display order
 * @param planned  {@code encoder/dataset/probe} of all cells, data set by data set
 * @param version  of the program that ran it
 * @param settings of the protocol, name to value
 */
public record GridFile(
        List<Name> encoders,
        List<Name> datasets,
        List<String> probes,
        List<String> planned,
        String version,
        SortedMap<String, String> settings) {
    /** The file's name. */
    public static final String FILE = "grid.json";

    public GridFile {
        encoders = List.copyOf(encoders);
        datasets = List.copyOf(datasets);
        probes = List.copyOf(probes);
        planned = List.copyOf(planned);
    }

    /**
     * Reads the file in a run's folder.
     *
     * @throws org.unmute.files.InputException if it is missing or damaged
     */
    public static GridFile read(Path run) {
        JsonFields json = RunFiles.json(run.resolve(FILE));
        List<Name> encoders = names(json, "encoders");
        List<Name> datasets = names(json, "datasets");
        List<String> probes =
                json.objects("probes").stream().map(p -> p.text("name")).toList();
        return new GridFile(
                encoders,
                datasets,
                probes,
                planned(json, encoders, datasets),
                json.text("version", "unknown"),
                json.scalars("settings"));
    }

    /** Data set by data set, in the order of the lists; cells that are in neither list come last. */
    private static List<String> planned(JsonFields json, List<Name> encoders, List<Name> datasets) {
        List<String> cells = new ArrayList<>();
        for (JsonNode cell : json.array("cells")) {
            if (!cell.isTextual() || !cell.textValue().matches("[^/]+/[^/]+/[^/]+")) {
                throw json.wrong("cells", "encoder/dataset/probe", cell);
            }
            cells.add(cell.textValue());
        }
        List<String> keys = datasets.stream()
                .flatMap(d -> encoders.stream().map(e -> e.key() + "/" + d.key()))
                .toList();
        cells.sort(Comparator.comparingInt(c -> {
            int at = keys.indexOf(c.substring(0, c.lastIndexOf('/')));
            return at < 0 ? keys.size() : at;
        }));
        return cells;
    }

    private static List<Name> names(JsonFields json, String list) {
        return json.objects(list).stream()
                .map(o -> new Name(o.text("name"), o.text("title", o.text("name"))))
                .toList();
    }

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
                                grid.encoders().stream().map(GridFile::encoder).toList())
                        .with(
                                "datasets",
                                grid.datasets().stream().map(GridFile::dataset).toList())
                        .with(
                                "probes",
                                grid.probes().stream().map(GridFile::probe).toList())
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
        if (!d.boxes().isEmpty()) {
            all.put("boxes", d.boxes().stream().map(Path::toString).toList());
        }
        d.mixup().ifPresent(x -> all.put("mixup", x.toString()));
        return all;
    }

    private static Map<String, Object> probe(ProbeEntry p) {
        JsonObject all = new JsonObject()
                .with("name", p.label())
                .with("kind", p.name())
                .with("options", p.options().values());
        p.neighbours()
                .ifPresentOrElse(
                        k -> all.put("k", List.of(k.low(), k.high())),
                        () -> all.with("lr", List.of(p.rate().low(), p.rate().high()))
                                .with("wd", List.of(p.decay().low(), p.decay().high())));
        if (p.frames()) {
            all.put("frames", true);
        }
        if (p.boxes()) {
            all.put("boxes", true);
        }
        if (p.learnedEvents()) {
            all.put("eventThresholds", "learned");
        }
        return all;
    }

    private static Map<String, Object> settings(ProtocolSettings p) {
        JsonObject all = new JsonObject()
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
        p.retrieval().ifPresent(k -> all.put("retrievalK", k));
        return all;
    }
}
