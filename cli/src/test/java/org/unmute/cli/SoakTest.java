package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/**
 * A process that runs commands or answers requests for any length of time holds no more at the end than at the
 * beginning: live heap, native memory, files and threads. The full build runs a short form; {@code ./check --soak} runs
 * thousands of calls. Both print their figures.
 */
@FullBuild("runs every command many times")
class SoakTest {
    /** System properties that {@code ./check --soak} sets. */
    private static final String ROUNDS = "unmute.soak.rounds";

    private static final String REQUESTS = "unmute.soak.requests";
    private static final String COMMANDS = "unmute.soak.commands";
    private static final int SHORT_ROUNDS = 4;
    private static final int SHORT_REQUESTS = 300;
    /** After these rounds, the one-time loading and compilation by the JVM is done. */
    private static final int ROUNDS_BEFORE = 3;

    private static final int MANY_ROUNDS = 100;
    private static final int ROUNDS_BEFORE_MANY = 30;

    @TempDir
    Path folder;

    @Test
    void commandsLeaveNothingBehind() throws Exception {
        int rounds = Integer.getInteger(ROUNDS, SHORT_ROUNDS);
        List<String> arguments =
                new ArrayList<>(List.of("" + rounds, "" + (rounds < MANY_ROUNDS ? ROUNDS_BEFORE : ROUNDS_BEFORE_MANY)));
        String commands = System.getProperty(COMMANDS, "");
        if (!commands.isBlank()) {
            arguments.addAll(List.of(commands.split(",")));
        }
        run(CommandSoak.class, arguments);
    }

    @Test
    void aServiceDoesNotGrow() throws Exception {
        run(RequestSoak.class, List.of("" + Integer.getInteger(REQUESTS, SHORT_REQUESTS)));
    }

    /** The heap has a fixed size and is touched at the start, so that growth of resident memory is native memory. */
    private void run(Class<?> program, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Xms512m",
                "-Xmx512m",
                "-XX:+AlwaysPreTouch",
                "-XX:NativeMemoryTracking=summary",
                "-Djava.awt.headless=true",
                "-cp",
                Java.joined(Java.path()),
                program.getName(),
                Files.createDirectory(folder.resolve("work")).toString()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("XDG_CACHE_HOME", folder.resolve("xdg").toString());
        Process process = builder.start();
        StringBuilder said = new StringBuilder();
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                System.out.println(line);
                said.append(line).append('\n');
            }
            assertThat(process.waitFor()).as(said.toString()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
