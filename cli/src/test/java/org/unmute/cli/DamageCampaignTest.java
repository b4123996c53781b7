package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.benchmark.check.Finding;
import org.unmute.benchmark.check.FolderCheck;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.ExitCode;
import org.unmute.kernels.contract.FullBuild;

/**
 * Damages files in finished folders of every kind, one at a time, and checks whether {@code fsck} detects the damage:
 * deletion, truncation, an empty file or a flipped bit. {@code -Dunmute.damages=200} sets the number per kind of
 * folder.
 */
@FullBuild("damages thousands of files")
class DamageCampaignTest {
    private static final int DAMAGES = Integer.getInteger("unmute.damages", 24);
    private static final long SEED = 20;

    @TempDir
    Path folder;

    private enum Damage {
        DELETE,
        CUT,
        EMPTY,
        FLIP;

        /** Applies the damage; false if the file has too few bytes for it. */
        boolean to(Path file, byte[] bytes, Random random) throws IOException {
            if (this != DELETE && bytes.length < (this == CUT ? 2 : 1)) {
                return false;
            }
            switch (this) {
                case DELETE -> Files.delete(file);
                case CUT -> Files.write(file, Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length - 1)));
                case EMPTY -> Files.write(file, new byte[0]);
                case FLIP -> {
                    byte[] other = bytes.clone();
                    other[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                    Files.write(file, other);
                }
            }
            return true;
        }
    }

    @Test
    void everyDamageOfAFinishedFolderIsFound() throws IOException {
        ConsoleTable table = new ConsoleTable("folder", "files", "damages", "delete", "cut", "empty", "flip", "missed");
        List<String> misses = new ArrayList<>();
        for (Map.Entry<String, Path> kind : kinds().entrySet()) {
            table.row(damage(kind.getKey(), kind.getValue(), misses));
        }
        System.out.println(table.text());
        misses.forEach(System.out::println);
        Files.writeString(Path.of("target/damage-campaign.txt"), table.text() + String.join("\n", misses) + "\n");
        assertThat(misses).as(table.text()).isEmpty();
    }

    /** Finished folders, by their names in the table. */
    private Map<String, Path> kinds() throws IOException {
        WritingCommands commands = new WritingCommands(Files.createDirectories(folder.resolve("inputs")));
        Map<String, Path> all = new LinkedHashMap<>();
        for (WritingCommands.Case command : commands.all()) {
            Path out = Files.createDirectories(folder.resolve(command.name()));
            command.run(out).endsWith(ExitCode.OK);
            all.put(command.name(), out);
        }
        Path benchmark = all.get("benchmark");
        all.put("cell of a benchmark", cell(benchmark));
        all.put("cache of a benchmark", benchmark.resolve("cache/tiny/many"));
        Path merged = folder.resolve("merge");
        Ran.unmute("benchmark", "-q", "--merge", benchmark, "--out", merged);
        all.put("benchmark --merge", merged);
        Path events = folder.resolve("events");
        Ran.ok(
                "detect -q --probe {} --audio {} --threshold 0.4 --page --format "
                        + "csv,jsonl,raven,audacity,birdnet,parquet --out {}",
                commands.trained,
                commands.recordings.resolve("test"),
                events);
        all.put("detect, all formats", events);
        Path evaluated = folder.resolve("evaluated");
        commands.of("probe").run(evaluated).endsWith(ExitCode.OK);
        Object[] evaluation = {
            "eval", "-q", "--probe", evaluated, "--cache", commands.cache, "--labels", commands.manifest
        };
        Ran.ok(evaluation);
        all.put("probe, then eval", evaluated);
        Path stems = folder.resolve("stems");
        List<Object> scenes = new ArrayList<>(commands.of("soundscape").line().apply(folder.resolve("scenes")));
        scenes.addAll(List.of("--stems", stems));
        Ran.ok(scenes.toArray());
        all.put("soundscape --stems", stems);
        return all;
    }

    private static Path cell(Path benchmark) throws IOException {
        try (Stream<Path> files = Files.walk(benchmark)) {
            return files.filter(f -> f.endsWith("cell.json"))
                    .findFirst()
                    .orElseThrow()
                    .getParent();
        }
    }

    /** All files in a folder of a command's output except locks, whose content is not part of the result. */
    private static List<Path> files(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.filter(Files::isRegularFile)
                    .filter(f -> !f.toString().endsWith("lock"))
                    .sorted()
                    .toList();
        }
    }

    private Object[] damage(String name, Path kind, List<String> misses) throws IOException {
        List<Path> files = files(kind);
        // A cell is checked together with its benchmark.
        Path checked = name.startsWith("cell") ? folder.resolve("benchmark") : kind;
        assertThat(found(checked)).as("%s is intact", name).isEmpty();
        Random random = new Random(SEED + name.hashCode());
        int[] done = new int[Damage.values().length];
        int missed = 0;
        for (int i = 0; i < DAMAGES; ) {
            Path file = files.get(random.nextInt(files.size()));
            Damage damage = Damage.values()[random.nextInt(done.length)];
            byte[] bytes = Files.readAllBytes(file);
            if (!damage.to(file, bytes, random)) {
                continue;
            }
            List<Finding> found = found(checked);
            if (found.stream().noneMatch(f -> file.startsWith(f.path()))) {
                missed++;
                misses.add(name + ": " + damage + " " + kind.relativize(file) + ": " + found);
            }
            for (Finding f : found) {
                if (!f.remedy().contains("unmute ")) {
                    misses.add(name + ": " + damage + " " + kind.relativize(file) + ": no command: " + f);
                }
            }
            Files.write(file, bytes);
            done[damage.ordinal()]++;
            i++;
        }
        return new Object[] {name, files.size(), DAMAGES, done[0], done[1], done[2], done[3], missed};
    }

    private static List<Finding> found(Path kind) throws IOException {
        return FolderCheck.of(kind, _ -> {}).findings().stream()
                .filter(f -> f.kind() == Finding.Kind.DAMAGED)
                .toList();
    }
}
