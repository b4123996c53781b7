package org.unmute.benchmark.results;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import org.unmute.data.json.JsonFields;

/**
 * The planned grid of a run: its {@code grid.json}.
 *
 * @param encoders the encoders, in display order
 * @param datasets the data sets, in display order
 * @param probes   names of the probes' folders, in display order
 * @param planned  {@code encoder/dataset/probe} of all cells, data set by data set
 * @param version  of the program that ran it
 * @param settings of the protocol, name to value
 */
public record ResultGrid(
        List<Name> encoders,
        List<Name> datasets,
        List<String> probes,
        List<String> planned,
        String version,
        SortedMap<String, String> settings) {
    /** The file's name. */
    public static final String FILE = "grid.json";

    public ResultGrid {
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
    public static ResultGrid read(Path run) {
        JsonFields json = RunFiles.json(run.resolve(FILE));
        List<Name> encoders = names(json, "encoders");
        List<Name> datasets = names(json, "datasets");
        List<String> probes =
                json.objects("probes").stream().map(p -> p.text("name")).toList();
        return new ResultGrid(
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
}
