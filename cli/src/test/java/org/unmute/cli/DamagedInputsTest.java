package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.unmute.cli.console.ExitCode;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsWriter;

/**
 * Damaged files of every kind that commands read: the status is 3, the message is one line that names the file, and the
 * failure is not reported as a bug.
 */
class DamagedInputsTest {
    private static final List<String> TEXT = List.of("labels", "scores", "annotations", "grid");

    @TempDir
    static Path folder;

    private static DamagedInputs inputs;

    @BeforeAll
    static void prepare() throws IOException {
        inputs = new DamagedInputs(Files.createDirectories(folder.resolve("inputs")));
    }

    /** Ways to damage a file so that it becomes unusable. */
    private static TreeMap<String, byte[]> damages(byte[] bytes) {
        TreeMap<String, byte[]> all = new TreeMap<>();
        byte[] random = new byte[300];
        new Random(3).nextBytes(random);
        all.put("emptied", new byte[0]);
        all.put("cut", Arrays.copyOf(bytes, bytes.length / 3));
        all.put("cut after 9 bytes", Arrays.copyOf(bytes, 9));
        all.put("zeros", new byte[200]);
        all.put("other bytes", random);
        all.put("a web page", "<!DOCTYPE html><html><body>404</body></html>\n".getBytes(StandardCharsets.UTF_8));
        all.put("null", "null".getBytes(StandardCharsets.UTF_8));
        all.put("a list", "[1, 2]".getBytes(StandardCharsets.UTF_8));
        return all;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "encoder",
                "checkpoint to convert",
                "probe of tag",
                "probe of detect",
                "probe of explain",
                "probe of eval",
                "probe of pack",
                "packed probe of tag",
                "packed probe of detect",
                "packed probe of explain",
                "checkpoint of a training",
                "shard",
                "labels",
                "settings of detect",
                "record of a probe",
                "scores",
                "events.parquet",
                "annotations",
                "reference",
                "grid",
                "grid.json",
                "cell.json"
            })
    void isRefusedWithStatus3(String name) throws IOException {
        DamagedInputs.Kind kind = inputs.kinds().get(name);
        List<String> wrong = new ArrayList<>();
        int number = 0;
        for (Map.Entry<String, byte[]> damage :
                damages(Files.readAllBytes(kind.original())).entrySet()) {
            Path work = Files.createDirectories(folder.resolve("work/" + name.replace(' ', '-') + number++));
            Path file = work.resolve(kind.original().getFileName());
            if (kind.files() != null) {
                Path all = work.resolve("files");
                copy(kind.files(), all);
                file = all.resolve(kind.files().relativize(kind.original()));
            }
            Files.write(file, damage.getValue());
            Ran ran = kind.reader().read(file, work.resolve("out"));
            String why = problem(ran, file);
            if (damage.getKey().equals("cut") && TEXT.contains(name) && ran.status() == ExitCode.OK) {
                why = null; // a truncated table may still be valid, with fewer rows
            }
            if (why != null) {
                wrong.add(name + ", " + damage.getKey() + ": " + why + ": " + ran.status() + ": " + ran.err());
            }
            FolderContent.delete(work);
        }
        assertThat(wrong).isEmpty();
    }

    private static String problem(Ran ran, Path file) {
        String last = ran.err().strip();
        if (ran.status() != ExitCode.INPUT) {
            return "status";
        }
        if (ran.err().contains("bug in unmute") || ran.err().contains("\tat ")) {
            return "called a bug";
        }
        if (last.lines().count() != 1) {
            return "lines";
        }
        return last.contains(file.getFileName().toString())
                        || last.contains(file.getParent().toString())
                ? null
                : "does not name it";
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** Files that are well-formed but inconsistent. */
    @Test
    void aProbeOrCheckpointThatIsWellFormedAndWrongIsRefused() throws IOException {
        Path work = Files.createDirectories(folder.resolve("wrong"));
        for (String format : List.of("unmute-packed-protobin-1", "unmute-probe-1", "unmute-checkpoint-1", "other")) {
            Path file = work.resolve(format + ".safetensors");
            new SafetensorsWriter()
                    .metadata("format", format)
                    .metadata("probe", "protobin")
                    .metadata("dim", "-3")
                    .add("losses", Shape.of(1), new float[1])
                    .write(file);
            assertThat(problem(inputs.tag(file, inputs.commands.clip), file))
                    .as(format)
                    .isNull();
            assertThat(problem(inputs.detect(file, work.resolve("out")), file))
                    .as(format)
                    .isNull();
            assertThat(problem(Ran.unmute("pack", "-q", "--probe", file, "--out", work.resolve("p.safetensors")), file))
                    .as(format)
                    .isNull();
            Path run = work.resolve(format);
            copy(inputs.commands.trained, run);
            Path checkpoint = run.resolve("checkpoint-seed0.safetensors");
            Files.copy(file, checkpoint, StandardCopyOption.REPLACE_EXISTING);
            assertThat(problem(inputs.train(inputs.commands.cache, inputs.commands.manifest, run), checkpoint))
                    .as(format)
                    .isNull();
        }
    }

    @Test
    void whereNobodyMayWriteIsMissingPermission() {
        Path out = Path.of("/sys/unmute-test");
        String reason = null;
        try {
            Files.createDirectory(out);
            Files.delete(out);
        } catch (FileSystemException e) {
            reason = e.getReason();
        } catch (IOException e) {
            reason = e.getMessage();
        }
        assumeTrue(
                List.of("Read-only file system", "Operation not permitted").contains(reason),
                "needs a folder that nobody may write to: /sys is none: " + reason);
        inputs.detect(out).fails(ExitCode.INPUT, "no permission: " + out + ": " + reason);
    }
}
