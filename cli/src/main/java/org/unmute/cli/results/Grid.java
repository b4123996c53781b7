package org.unmute.cli.results;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * What a run set out to do: its {@code grid.json}.
 *
 * @param encoders the encoders, in the order to show
 * @param datasets the data sets, in the order to show
 * @param probes   names of the probes' folders, in the order to show
 * @param planned  {@code encoder/dataset/probe} of all cells, data set by data set
 * @param version  of the program that ran it
 * @param settings of the protocol, name to value
 */
public record Grid(List<Name> encoders, List<Name> datasets, List<String> probes, List<String> planned, String version, SortedMap<String, String> settings) {
    /** The file's name. */
    public static final String FILE = "grid.json";

    /** Copies the lists. */
    public Grid {
        encoders = List.copyOf(encoders);
        datasets = List.copyOf(datasets);
        probes = List.copyOf(probes);
        planned = List.copyOf(planned);
    }

    /**
     * Reads the file in a run's folder.
     *
     * @throws org.unmute.cli.CommandException if it is missing or damaged
     */
    public static Grid read(Path run) {
        JsonFields json = JsonFields.read(run.resolve(FILE));
        List<Name> encoders = names(json, "encoders");
        List<Name> datasets = names(json, "datasets");
        List<JsonFields> probes = json.objects("probes");
        List<String> planned = new ArrayList<>();
        for (Name dataset : datasets) {
            for (Name encoder : encoders) {
                probes.stream().filter(p -> wants(p, "datasets", dataset) && wants(p, "encoders", encoder))
                        .forEach(p -> planned.add(encoder.key() + "/" + dataset.key() + "/" + label(p)));
            }
        }
        return new Grid(encoders, datasets, probes.stream().map(Grid::label).toList(), planned, json.text("version", "unknown"), json.scalars("settings"));
    }

    /** The name of a probe's folders. */
    private static String label(JsonFields probe) {
        return probe.has("label") ? probe.text("label") : probe.text("name");
    }

    /** Whether a probe runs on an encoder or a data set; without a list it runs on all. */
    private static boolean wants(JsonFields probe, String list, Name name) {
        if (!probe.has(list) || probe.array(list).isEmpty()) {
            return true;
        }
        for (JsonNode wanted : probe.array(list)) {
            if (name.key().equals(wanted.textValue())) {
                return true;
            }
        }
        return false;
    }

    private static List<Name> names(JsonFields json, String list) {
        return json.objects(list).stream().map(o -> new Name(o.text("name"), o.text("title", o.text("name")))).toList();
    }
}
