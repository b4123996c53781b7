package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.data.scene.SyntheticScenes;

/** Synthetic scenes in DESED's layout, whose sounds have the names of its classes. */
final class DesedFixture {
    private static final List<String> CLASSES =
            List.of(("Alarm_bell_ringing Blender Cat Dishes Dog Electric_shaver_toothbrush Frying Running_water Speech "
                            + "Vacuum_cleaner")
                    .split(" "));
    private static final String HEADER = "filename\tonset\toffset\tevent_label\n";

    private DesedFixture() {}

    /**
     * Writes scenes of 3 s.
     *
     * @param strong training scenes with times
     * @param weak training scenes without
     * @param validation scenes with times
     * @param test scenes with times
     */
    static void write(Path root, int strong, int weak, int validation, int test) throws IOException {
        Path scenes = root.resolveSibling(root.getFileName() + "-scenes");
        new SyntheticScenes(SyntheticScenes.Options.standard().withSeconds(3), 6)
                .write(scenes, strong + weak + validation, test);
        Map<String, List<String[]>> events = events(scenes);
        List<String> train = new ArrayList<>();
        for (int i = 0; i < strong + weak + validation; i++) {
            train.add(String.format("train/%06d.wav", i));
        }
        StringBuilder weakly = new StringBuilder("filename\tevent_labels\n");
        for (String file : train.subList(strong, strong + weak)) {
            Set<String> labels = new LinkedHashSet<>();
            events.getOrDefault(file, List.of()).forEach(e -> labels.add(e[3]));
            weakly.append(name(file))
                    .append('\t')
                    .append(String.join(",", labels))
                    .append('\n');
            copy(scenes, file, root.resolve("audio/train/weak"));
        }
        list(root, "train/weak", weakly.toString());
        strongly(root, "train/synthetic21_train/soundscapes", scenes, train.subList(0, strong), events);
        strongly(root, "validation/validation", scenes, train.subList(strong + weak, train.size()), events);
        List<String> tests = new ArrayList<>();
        for (int i = 0; i < test; i++) {
            tests.add(String.format("test/%06d.wav", i));
        }
        strongly(root, "eval/public", scenes, tests, events);
    }

    /** Writes the events of all scenes with times, each with the band of its class, which rises from class to class. */
    static void boxes(Path root, Path table) throws IOException {
        StringBuilder rows = new StringBuilder("filename\tonset\toffset\tevent_label\tlow\thigh\n");
        for (String list : List.of("train/synthetic21_train/soundscapes", "validation/validation", "eval/public")) {
            List<String> all = Files.readAllLines(root.resolve("metadata").resolve(list + ".tsv"));
            for (String row : all.subList(1, all.size())) {
                String[] fields = row.split("\t", -1);
                double low = 100 * Math.pow(1.4, CLASSES.indexOf(fields[3]));
                rows.append(row)
                        .append(fields[3].isEmpty() ? "\t\t\n" : "\t" + low + "\t" + Math.min(8000, 4 * low) + "\n");
            }
        }
        Files.writeString(table, rows.toString());
    }

    private static Map<String, List<String[]>> events(Path scenes) throws IOException {
        Map<String, String> classOf = new LinkedHashMap<>();
        Map<String, List<String[]>> events = new LinkedHashMap<>();
        for (String table : List.of("train-events.tsv", "test-events.tsv")) {
            List<String> rows = Files.readAllLines(scenes.resolve(table));
            for (String row : rows.subList(1, rows.size())) {
                String[] fields = row.split("\t", -1);
                if (!fields[3].isEmpty()) {
                    fields[3] = classOf.computeIfAbsent(fields[3], _ -> CLASSES.get(classOf.size()));
                    events.computeIfAbsent(fields[0], _ -> new ArrayList<>()).add(fields);
                }
            }
        }
        return events;
    }

    private static void strongly(
            Path root, String list, Path scenes, List<String> files, Map<String, List<String[]>> events)
            throws IOException {
        StringBuilder rows = new StringBuilder(HEADER);
        for (String file : files) {
            List<String[]> own = events.getOrDefault(file, List.of());
            own.forEach(e ->
                    rows.append(String.join("\t", name(file), e[1], e[2], e[3])).append('\n'));
            if (own.isEmpty()) {
                rows.append(name(file)).append("\t\t\t\n");
            }
            copy(scenes, file, root.resolve("audio").resolve(list));
        }
        list(root, list, rows.toString());
    }

    private static void list(Path root, String list, String text) throws IOException {
        Path file = root.resolve("metadata").resolve(list + ".tsv");
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void copy(Path scenes, String file, Path to) throws IOException {
        Files.createDirectories(to);
        Files.copy(scenes.resolve(file), to.resolve(name(file)));
    }

    private static String name(String file) {
        return file.replace('/', '_');
    }
}
