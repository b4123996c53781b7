package org.unmute.benchmark.grid;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.unmute.data.Task;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.train.Objective;

/** Reads the tables of a grid file. */
final class GridReader {
    static final List<String> KEYS = List.of("encoders", "datasets", "probes", "protocol");

    private final GridText text;

    GridReader(GridText text) {
        this.text = text;
    }

    Grid read() {
        TomlTable top = new TomlTable(text).only(KEYS);
        ProtocolReader protocol = new ProtocolReader(top.table("protocol").orElse(new TomlTable(text.empty())));
        ProtocolSettings settings = protocol.settings();
        List<TomlTable> encoderTables = top.tables("encoders");
        List<EncoderEntry> encoders =
                encoderTables.stream().map(EncoderReader::entry).toList();
        List<String> encoderNames = names(encoderTables, encoders, EncoderEntry::name);
        List<TomlTable> datasetTables = top.tables("datasets");
        List<DatasetEntry> datasets = datasetTables.stream()
                .map(t -> new DatasetReader(t, encoderNames).entry())
                .toList();
        List<String> datasetNames = names(datasetTables, datasets, DatasetEntry::name);
        List<TomlTable> probeTables = top.tables("probes");
        List<ProbeEntry> probes = probeTables.stream()
                .map(t -> new ProbeReader(t, protocol, encoderNames, datasetNames).entry())
                .toList();
        names(probeTables, probes, ProbeEntry::label);
        for (int i = 0; i < probes.size(); i++) {
            requireTimes(probeTables.get(i), probes.get(i), datasets, settings);
        }
        return new Grid(text.file(), encoders, datasets, probes, settings);
    }

    /** Refuses what can have no labels with times, no boxes, or no moment with several classes. */
    private static void requireTimes(
            TomlTable table, ProbeEntry probe, List<DatasetEntry> datasets, ProtocolSettings settings) {
        String key = probe.boxes() ? "boxes" : "frames";
        for (DatasetEntry dataset : datasets) {
            if (!probe.frames() && !probe.boxes()
                    || !(probe.datasets().isEmpty() || probe.datasets().contains(dataset.name()))) {
                continue;
            }
            String where = "data set " + dataset.name();
            if (!(dataset.source() instanceof DatasetEntry.OwnFiles)) {
                throw table.problem(
                        key,
                        where + " is a label file, which says which classes a clip has, not when: name other data"
                                + " sets with 'datasets'");
            }
            if (dataset.task() == Task.SINGLE_LABEL
                    || dataset.loss()
                            .or(settings::loss)
                            .filter(Objective::isSingleLabel)
                            .isPresent()) {
                throw table.problem(
                        key,
                        where + " is trained with one class for each clip, and a "
                                + (probe.boxes() ? "moment" : "row") + " may have several or none: state"
                                + " loss = \"bce\" or \"asl\" for a multi-label set, or name other data sets with"
                                + " 'datasets'");
            }
            if (!dataset.folds().isEmpty()) {
                throw table.problem(key, where + " has folds, whose clips have no labels with times");
            }
            if (probe.boxes()) {
                requireBoxes(table, probe, dataset);
            }
        }
    }

    private static void requireBoxes(TomlTable table, ProbeEntry probe, DatasetEntry dataset) {
        String where = "data set " + dataset.name();
        if (dataset.boxes().isEmpty()) {
            throw table.problem(
                    "boxes",
                    where + " has no tables of boxes: state them with boxes = [\"table.tsv\"] in its entry, or name"
                            + " other data sets with 'datasets'");
        }
        ProbeReader.notForBoxes(dataset.set().getOrDefault(probe.name(), ProbeOptions.DEFAULTS))
                .ifPresent(option -> {
                    throw table.problem(
                            "boxes",
                            "needs a probe that takes the maximum over tokens: leave set." + probe.name() + "." + option
                                    + " of " + where + " out");
                });
    }

    /** The names of the entries, checked to be unique. */
    private static <T> List<String> names(List<TomlTable> tables, List<T> entries, Function<T, String> name) {
        Map<String, Integer> first = new HashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            String n = name.apply(entries.get(i));
            if (first.putIfAbsent(n, i) != null) {
                throw tables.get(i)
                        .problem("'" + n
                                + "' names two entries: results go to a folder of that name, so give one another");
            }
        }
        return entries.stream().map(name).toList();
    }

    /** Checks that a name is a valid folder name on every system. */
    static String folderName(TomlTable table, String key, String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._+-]{0,63}") || name.endsWith(".")) {
            throw table.problem(
                    key,
                    "names a folder, so it has up to 64 letters, digits and . _ + -, begins with a letter or digit and "
                            + "does not end with a point: '" + name + "'");
        }
        return name;
    }
}
