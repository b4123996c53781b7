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
 * @param version  of the program that ran it
 * @param settings of the protocol, name to value
 */
public record Grid(List<Name> encoders, List<Name> datasets, List<String> probes, String version, SortedMap<String, String> settings) {
    /** The file's name. */
    public static final String FILE = "grid.json";

    /** Copies the lists. */
    public Grid {
        encoders = List.copyOf(encoders);
        datasets = List.copyOf(datasets);
        probes = List.copyOf(probes);
    }

    /**
     * Reads the file in a run's folder.
     *
     * @throws org.unmute.cli.CommandException if it is missing or damaged
     */
    public static Grid read(Path run) {
        JsonFields json = JsonFields.read(run.resolve(FILE));
        List<String> probes = new ArrayList<>();
        for (JsonNode probe : json.array("probes")) {
            String name = probe.isObject() ? probe.path("name").textValue() : probe.textValue();
            if (name == null || name.isBlank()) {
                throw json.wrong("probes", "a list of names", probe);
            }
            probes.add(name);
        }
        return new Grid(names(json, "encoders"), names(json, "datasets"), probes, json.text("version", "unknown"), json.scalars("settings"));
    }

    private static List<Name> names(JsonFields json, String list) {
        return json.objects(list).stream().map(o -> new Name(o.text("name"), o.text("title", o.text("name")))).toList();
    }

    /** Cells of the whole grid. */
    public int cells() {
        return encoders.size() * datasets.size() * probes.size();
    }
}
