package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.kernels.contract.FullBuild;

/**
 * The launcher {@code unmute} in a temporary tree, with a stub of Maven that takes a moment to write a jar and a stub
 * of java that prints the jar on its class path, immediately or when told to.
 */
class LauncherTest {
    private static final String MAVEN = """
        #!/bin/sh
        echo begin >>"$TREE/maven.log"
        lib=$TREE/cli/target/lib
        for argument; do
            case $argument in -Dunmute.lib=*) lib=${argument#*=} ;; esac
        done
        mkdir -p "$lib"
        sleep 0.3
        echo "[INFO] Downloaded from central: https://example.org/a.jar (1 kB at 1 kB/s)"
        echo "[INFO] Building Unmute tensor 0.2.0-SNAPSHOT                               [2/14]"
        echo "[WARNING] of no interest"
        [ ! -e "$TREE/broken" ] || { echo "[ERROR] a reason"; exit 1; }
        [ ! -e "$TREE/slow" ] || sleep 8
        [ ! -e "$TREE/hanging" ] || { touch "$TREE/hangs"; exec sleep 60; }
        cp "$TREE/pom.xml" "$lib/unmute.jar"
        echo end >>"$TREE/maven.log"
        """;
    private static final String JAVA = """
        #!/bin/sh
        case "$*" in *ArchiveClassesAtExit*) exit 1 ;; esac
        previous=
        for argument; do
            [ "$previous" = -cp ] && lib=${argument%/\\*}
            previous=$argument
        done
        [ "$argument" != wait ] || touch "$TREE/waits"
        while [ "$argument" = wait ] && [ ! -e "$TREE/go" ]; do sleep 0.05; done
        echo "jar $(cat "$lib/unmute.jar")"
        """;

    @TempDir
    Path folder;

    private Path tree;
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void makeTree() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a POSIX shell");
        tree = Files.createDirectories(folder.resolve("a tree"));
        Files.createDirectories(tree.resolve("cli/src/main"));
        Files.writeString(tree.resolve("cli/pom.xml"), "");
        Files.copy(Checkout.root().resolve("unmute"), tree.resolve("unmute"));
        edit("1");
        Files.createDirectories(folder.resolve("jdk/bin"));
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
        script("jdk/bin/java", JAVA);
        script("bin/mvn", MAVEN);
    }

    /** Ends the processes that a failed test left running. */
    @AfterEach
    void endProcesses() {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private void script(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    /** Changes the sources, from which the stub of Maven makes the jar. */
    private void edit(String content) throws IOException {
        Files.writeString(tree.resolve("pom.xml"), content);
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(tree.resolve("unmute").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TREE", tree.toString());
        builder.environment().put("UNMUTE_JAVA_HOME", folder.resolve("jdk").toString());
        builder.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static String output(Process process) throws Exception {
        String text = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return text;
    }

    private String run(String... arguments) throws Exception {
        return output(start(arguments));
    }

    private List<String> builds() throws IOException {
        Path builds = tree.resolve("cli/target/builds");
        if (!Files.exists(builds)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(builds)) {
            return files.filter(Files::isDirectory)
                    .map(f -> f.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    private void await(Path file) throws Exception {
        for (int i = 0; i < 1000 && !Files.exists(file); i++) {
            Thread.sleep(10);
        }
        assertThat(file).exists();
    }

    @Test
    void firstStartsAtOnceBuildOnce() throws Exception {
        List<Process> all = List.of(start("doctor"), start("doctor"), start("doctor"));
        for (Process one : all) {
            assertThat(output(one)).endsWith("jar 1\n");
            assertThat(one.exitValue()).isZero();
        }
        assertThat(Files.readAllLines(tree.resolve("maven.log"))).containsExactly("begin", "end");
        assertThat(builds()).hasSize(1);
    }

    @Test
    void withoutFlockFirstStartsBuildOnceToo() throws Exception {
        // A PATH with everything that the launcher calls except flock.
        for (String tool :
                ("sed dirname readlink uname cat find head mkdir rmdir touch rm mv cp date cksum cut dd sleep tail ps")
                        .split(" ")) {
            for (String bin : List.of("/usr/bin/", "/bin/")) {
                if (Files.exists(Path.of(bin + tool))) {
                    script("bin/" + tool, "#!/bin/sh\nexec " + bin + tool + " \"$@\"\n");
                }
            }
        }
        Path held = Files.createDirectories(tree.resolve("cli/target/builds/.lock-held"));
        Files.writeString(held.resolve("pid"), "999999999\n"); // a process that was killed
        List<Process> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ProcessBuilder builder =
                    new ProcessBuilder(tree.resolve("unmute").toString(), "doctor").redirectErrorStream(true);
            builder.environment().put("TREE", tree.toString());
            builder.environment().put("UNMUTE_JAVA_HOME", folder.resolve("jdk").toString());
            builder.environment().put("PATH", folder.resolve("bin").toString());
            all.add(builder.start());
        }
        for (Process one : all) {
            assertThat(output(one)).endsWith("jar 1\n");
        }
        assertThat(Files.readAllLines(tree.resolve("maven.log"))).containsExactly("begin", "end");
        assertThat(held).doesNotExist();
    }

    @Test
    void aRebuildLeavesTheJarsOfARunningCommand() throws Exception {
        assertThat(run("doctor")).endsWith("jar 1\n");
        String first = builds().getFirst();
        Process running = start("wait");
        await(tree.resolve("waits")); // otherwise it may itself notice the changed sources
        edit("2");
        assertThat(run("doctor")).contains("the sources have changed").endsWith("jar 2\n");
        assertThat(builds()).hasSize(2).contains(first);
        Files.createFile(tree.resolve("go"));
        assertThat(output(running)).as("it still has its own jars").endsWith("jar 1\n");
        edit("3");
        assertThat(run("doctor")).endsWith("jar 3\n");
        assertThat(builds())
                .as("a build that nothing uses is deleted")
                .hasSize(1)
                .doesNotContain(first);
    }

    @Test
    void aFailedOrKilledBuildLeavesTheLastOne() throws Exception {
        assertThat(run("doctor")).endsWith("jar 1\n");
        List<String> before = builds();
        edit("2");
        Files.createFile(tree.resolve("broken"));
        Process failed = start("doctor");
        assertThat(output(failed))
                .contains("[ERROR] a reason", "the build failed")
                .doesNotContain("of no interest", "[INFO]", "built in");
        assertThat(failed.exitValue()).isEqualTo(1);
        assertThat(builds()).isEqualTo(before);
        Files.delete(tree.resolve("broken"));

        Files.createFile(tree.resolve("hanging"));
        Process killed = start("doctor");
        await(tree.resolve("hangs"));
        killed.descendants().forEach(ProcessHandle::destroyForcibly);
        killed.destroyForcibly().waitFor();
        Files.delete(tree.resolve("hanging"));
        assertThat(run("doctor")).contains("the sources have changed").endsWith("jar 2\n");
        assertThat(builds()).as("and nothing half built").hasSize(1).allMatch(name -> name.startsWith("build-"));
    }

    /** A first build takes minutes, so processes that wait for another's build show its progress too. */
    @Test
    @FullBuild("waits eight seconds")
    void aLongBuildSaysWhatItIsAt() throws Exception {
        Files.createFile(tree.resolve("slow"));
        List<Process> all = List.of(start("doctor"), start("doctor"));
        for (Process one : all) {
            String text = output(one);
            assertThat(text)
                    .containsAnyOf("building (first run): Maven compiles all modules", "another process is building")
                    .containsPattern("module 2 of 14, Unmute tensor; files downloaded: 1; [5-9] s so far")
                    .doesNotContain("[INFO]", "of no interest")
                    .endsWith("jar 1\n");
            assertThat(text.lines().filter(l -> l.contains("so far")))
                    .as("sparsely")
                    .hasSizeLessThan(3);
        }
        assertThat(run("doctor")).as("nothing is left to say").isEqualTo("jar 1\n");
    }

    @Test
    void aTreeThatCannotBeWrittenSaysSo() throws Exception {
        Files.writeString(tree.resolve("cli/target"), "a file where the builds should go");
        Process p = start("doctor");
        assertThat(output(p)).contains("cli/target/builds cannot be written");
        assertThat(p.exitValue()).isEqualTo(1);
    }

    @Test
    void questionsNeverBuild() throws Exception {
        edit("<artifactId>unmute</artifactId>\n<version>7-SNAPSHOT</version>\n");
        for (String[] question : new String[][] {{"--help"}, {"help", "embed"}, {"embed", "-h"}, {"--version"}}) {
            Process asked = start(question);
            String said = output(asked);
            assertThat(asked.exitValue()).isZero();
            assertThat(said).startsWith("unmute 7-SNAPSHOT, not built yet\n");
            assertThat(said.contains("usage: unmute COMMAND")).isEqualTo(!question[0].equals("--version"));
        }
        assertThat(tree.resolve("maven.log")).doesNotExist();

        edit("1");
        assertThat(run("doctor")).endsWith("jar 1\n");
        assertThat(run("--help")).isEqualTo("jar 1\n");
        edit("2");
        for (String[] question : new String[][] {{"--help"}, {"embed", "--help"}, {"--version"}}) {
            assertThat(run(question))
                    .isEqualTo(
                            "unmute: the sources have changed since the build that answers; the next command builds\n"
                                    + "jar 1\n");
        }
        assertThat(Files.readAllLines(tree.resolve("maven.log"))).containsExactly("begin", "end");
        assertThat(run("embed")).contains("building").endsWith("jar 2\n");
    }

    @Test
    void theArchiveOfClassesIsMadeByCommandsThatTakeLonger() throws Exception {
        assertThat(run("doctor") + run("--help") + run("encoders")).doesNotContain("archive of classes");
        assertThat(run("embed")).contains("no archive of classes could be made"); // the stub of java refuses
    }

    @Test
    void aBuildWaitsForACheckInTheSameFolders() throws Exception {
        Process check = start(
                "--locked",
                "/bin/sh",
                "-c",
                "touch \"$TREE/waits\"; until [ -e \"$TREE/go\" ]; do sleep 0.05;"
                        + " done; \"$TREE/unmute\" doctor; exit 7");
        await(tree.resolve("waits"));
        Process build = start("doctor");
        byte[] first = build.getInputStream().readNBytes("unmute: another process is building".length());
        assertThat(new String(first)).isEqualTo("unmute: another process is building");
        assertThat(tree.resolve("maven.log")).doesNotExist();
        Files.createFile(tree.resolve("go"));
        assertThat(output(check))
                .as("what it starts itself does not wait for it")
                .endsWith("jar 1\n");
        assertThat(check.exitValue()).isEqualTo(7);
        assertThat(output(build)).endsWith("jar 1\n");
        assertThat(Files.readAllLines(tree.resolve("maven.log"))).containsExactly("begin", "end");
    }
}
