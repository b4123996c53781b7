package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;

/**
 * Our classes between {@code unmute eval}, the shard that it reads and the probe that scores. docs/architecture.md
 * lists them; the JVM's method tracing (JEP 520) records them from the stacks of a real run.
 */
class EvalPathTest {
    private static final int MAX_CLASSES = 11;
    /** The two ends of the path: reading a clip's record from a mapped shard, and the probe's forward pass. */
    private static final Map<String, List<String>> ENDS = Map.of(
            "org.unmute.probes.cache.Payload",
            List.of("get", "getHalves"),
            "org.unmute.probes.pool.standard.ProtobinProbe",
            List.of("logits", "descriptor"));

    @TempDir
    static Path folder;

    private static String filter() {
        return ENDS.entrySet().stream()
                .flatMap(e -> e.getValue().stream().map(method -> e.getKey() + "::" + method))
                .collect(Collectors.joining(";"));
    }

    private Path run() throws Exception {
        Path recordings = TinyEncoder.recordings(folder, 4, 2);
        Path cache = folder.resolve("cache");
        Path labels = Files.writeString(folder.resolve("labels.csv"), """
                file,labels,split
                train/000000.wav,bee,train
                train/000001.wav,crow,train
                train/000002.wav,bee,train
                train/000003.wav,crow,train
                test/000000.wav,bee,test
                test/000001.wav,crow,test
                """);
        Path run = folder.resolve("run");
        Ran.ok("embed", "-q", "--encoder", TinyEncoder.write(folder, 16), "--audio", recordings, "--out", cache);
        Ran.ok(
                "probe -q --probe protobin --cache {} --labels {} --no-standardize --epochs 1 --out {}",
                cache,
                labels,
                run);
        Path recording = folder.resolve("eval.jfr");
        Java.run(
                        folder,
                        Map.of(),
                        List.of(
                                "-XX:StartFlightRecording:jdk.MethodTrace#filter=" + filter() + ",filename="
                                        + recording,
                                "-cp",
                                Java.joined(Java.path()),
                                Main.class.getName(),
                                "eval",
                                "-q",
                                "--probe",
                                run.toString(),
                                "--cache",
                                cache.toString(),
                                "--labels",
                                labels.toString(),
                                "--bootstrap",
                                "0"))
                .endsWith(ExitCode.OK);
        return recording;
    }

    /** The stacks of all events, outermost class first; nested classes count as their outer class. */
    private static List<List<String>> stacks(Path recording) throws Exception {
        Process print = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jfr").toString(),
                        "print",
                        "--json",
                        "--events",
                        "jdk.MethodTrace",
                        "--stack-depth",
                        "64",
                        recording.toString())
                .redirectErrorStream(true)
                .start();
        JsonNode events = new ObjectMapper().readTree(print.getInputStream()).at("/recording/events");
        List<List<String>> stacks = new ArrayList<>();
        for (JsonNode event : events) {
            List<String> stack = new ArrayList<>(List.of(type(event.at("/values/method"))));
            for (JsonNode frame : event.at("/values/stackTrace/frames")) {
                String type = type(frame.at("/method"));
                if (type.startsWith("org.unmute.") && !type.startsWith("org.unmute.tensor.")) {
                    stack.add(type);
                }
            }
            Collections.reverse(stack);
            stacks.add(stack);
        }
        return stacks;
    }

    private static String type(JsonNode method) {
        return method.at("/type/name").asText().replace('/', '.').replaceAll("\\$.*", "");
    }

    @Test
    void fewClassesLieBetweenAShardAndAScore() throws Exception {
        Set<String> path = new LinkedHashSet<>();
        stacks(run()).forEach(path::addAll);
        assertThat(path).as("both ends were seen").containsAll(ENDS.keySet());
        assertThat(path)
                .contains("org.unmute.probes.train.Scorer")
                .doesNotContain("org.unmute.probes.train.ProbeTrainer");
        assertThat(path).hasSizeLessThanOrEqualTo(MAX_CLASSES);
    }
}
