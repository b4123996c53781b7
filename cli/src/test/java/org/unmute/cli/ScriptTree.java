package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * A temporary tree with the scripts of contributors, a stub of Maven that prints prescribed output and leaves prescribed
 * reports and records, and a stub of java.
 */
abstract class ScriptTree {
    /**
     * Stub of Maven: run N prints the file said-N, copies the folder left-N over the tree and exits with the status in
     * ends-N.
     */
    static final String MAVEN = """
        #!/bin/sh
        runs=$(($(cat "$TREE/runs" 2>/dev/null || echo 0) + 1))
        echo "$runs" >"$TREE/runs"
        echo "$*" >>"$TREE/asked"
        echo "$JAVA_HOME" >>"$TREE/homes"
        flock -n "$TREE/cli/target/builds/.lock" true 2>/dev/null && echo free >>"$TREE/locks" || echo held >>"$TREE/locks"
        left=$TREE/left-$runs
        [ ! -d "$left" ] || { cp -R "$left/." "$TREE/" && find "$left" -type f | while read -r f; do
            touch "$TREE/${f#"$left/"}"
        done; }
        cat "$TREE/said-$runs" 2>/dev/null
        exit "$(cat "$TREE/ends-$runs" 2>/dev/null || echo 0)"
        """;

    /** Stub of java: prints what differs from the lists of exported signatures. */
    static final String JAVA = "#!/bin/sh\ncat \"$TREE/signatures\" 2>/dev/null\n";

    static final String HINTS = """
        [ERROR]\s
        [ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.
        [ERROR] Re-run Maven using the -X switch to enable full debug logging.
        [ERROR]\s
        [ERROR] For more information about the errors and possible solutions, please read the following articles:
        [ERROR] [Help 1] http://cwiki.apache.org/confluence/display/MAVEN/DependencyResolutionException
        [ERROR]\s
        [ERROR] After correcting the problems, you can resume the build with the command
        [ERROR]   mvn <args> -rf :unmute-tensor
        """;
    static final String UNRESOLVED =
            "[ERROR] Failed to execute goal on project unmute-tensor: Could not resolve dependencies for project"
                    + " org.unmute:unmute-tensor: no route to host";

    @TempDir
    Path folder;

    Path tree;

    record Ended(int status, String said) {}

    @BeforeEach
    void makeTree() throws IOException {
        assumeTrue(
                Files.isExecutable(Path.of("/bin/sh")) && Files.isExecutable(Path.of("/bin/bash")),
                "needs a POSIX shell and bash");
        tree = Files.createDirectories(folder.resolve("a tree"));
        for (String script :
                List.of("check check-op unmute .ci/maven-output.awk .ci/release .ci/signatures .ci/test-reports.awk"
                        .split(" "))) {
            Path copy = tree.resolve(script);
            Files.createDirectories(copy.getParent());
            Files.copy(Checkout.root().resolve(script), copy);
        }
        write("pom.xml", "");
        write("tensor/pom.xml", "");
        write("tensor/src/test/java/org/unmute/tensor/FooTest.java", "");
        write("target/.formatted", ""); // newer than all sources, so that no run starts the formatter
        write("../jdk/release", "JAVA_VERSION=\"25\"\n");
        for (String program : List.of("jdk/bin/java", "bin/mvn")) {
            Path file = write("../" + program, program.endsWith("mvn") ? MAVEN : JAVA);
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
    }

    Path write(String name, String text) throws IOException {
        Path file = tree.resolve(name).normalize();
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    Ended run(String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of(command));
        all.set(0, tree.resolve(command[0]).toString());
        ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
        builder.environment().put("TREE", tree.toString());
        builder.environment().put("JAVA_HOME", "an older one");
        builder.environment().put("UNMUTE_JAVA_HOME", folder.resolve("jdk").toString());
        builder.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), said);
    }

    static String report(String... cases) {
        return "<?xml version=\"1.0\"?>\n<testsuite>\n" + String.join("\n", cases) + "\n</testsuite>\n";
    }

    void git(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("git", "-c", "user.name=A", "-c", "user.email=a@example.org"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(tree.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
    }

    void commit(String message) throws Exception {
        git("add", "-A");
        git("commit", "-q", "-m", message);
    }

    void makeRepository() throws Exception {
        write(".gitignore", "target/\nruns\nasked\nhomes\nlocks\nsaid-*\nends-*\n");
        git("init", "-q", "-b", "main");
        commit("Begin");
    }
}
