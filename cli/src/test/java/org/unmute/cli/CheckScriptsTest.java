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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scripts {@code check} and {@code check-op} in a temporary tree, with a stub of Maven that prints prescribed
 * output and leaves prescribed reports and records.
 */
class CheckScriptsTest {
    /**
     * Stub of Maven: run N prints the file said-N, copies the folder left-N over the tree and exits with the status in
     * ends-N.
     */
    private static final String MAVEN = """
        #!/bin/sh
        runs=$(($(cat "$TREE/runs" 2>/dev/null || echo 0) + 1))
        echo "$runs" >"$TREE/runs"
        echo "$*" >>"$TREE/asked"
        left=$TREE/left-$runs
        [ ! -d "$left" ] || { cp -R "$left/." "$TREE/" && find "$left" -type f | while read -r f; do
            touch "$TREE/${f#"$left/"}"
        done; }
        cat "$TREE/said-$runs" 2>/dev/null
        exit "$(cat "$TREE/ends-$runs" 2>/dev/null || echo 0)"
        """;

    private static final String HINTS = """
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
    private static final String UNRESOLVED =
            "[ERROR] Failed to execute goal on project unmute-tensor: Could not resolve dependencies for project"
                    + " org.unmute:unmute-tensor: no route to host";

    @TempDir
    Path folder;

    private Path tree;

    private record Ended(int status, String said) {}

    @BeforeEach
    void makeTree() throws IOException {
        assumeTrue(
                Files.isExecutable(Path.of("/bin/sh")) && Files.isExecutable(Path.of("/bin/bash")),
                "needs a POSIX shell and bash");
        tree = Files.createDirectories(folder.resolve("a tree"));
        for (String script : List.of("check", "check-op", "unmute", ".ci/maven-output.awk", ".ci/test-reports.awk")) {
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
            Path file = write("../" + program, program.endsWith("mvn") ? MAVEN : "#!/bin/sh\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
    }

    private Path write(String name, String text) throws IOException {
        Path file = tree.resolve(name).normalize();
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private Ended run(String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of(command));
        all.set(0, tree.resolve(command[0]).toString());
        ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
        builder.environment().put("TREE", tree.toString());
        builder.environment().put("UNMUTE_JAVA_HOME", folder.resolve("jdk").toString());
        builder.environment().put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), said);
    }

    private static String report(String... cases) {
        return "<?xml version=\"1.0\"?>\n<testsuite>\n" + String.join("\n", cases) + "\n</testsuite>\n";
    }

    @Test
    void theReasonOfAFailedBuildIsShown() throws Exception {
        write("said-1", "[INFO] Scanning for projects...\n" + UNRESOLVED + " -> [Help 1]\n" + HINTS);
        write("ends-1", "1");
        Ended ended = run("check", "tensor");
        assertThat(ended.said())
                .isEqualTo(UNRESOLVED + "\ncheck: Maven ended with status 1; target/check.log has all that it said\n");
        assertThat(ended.status()).isEqualTo(1);
        assertThat(tree.resolve("target/check.log"))
                .content()
                .contains("Scanning")
                .contains("[Help 1] http");
    }

    @Test
    void aReasonOnALineOfItsOwnIsShownToo() throws Exception {
        String error = "[ERROR] /a tree/Foo.java:[12,9] malformed HTML\n";
        write(
                "said-1",
                "[ERROR] COMPILATION ERROR : \n" + error
                        + "[ERROR] Failed to execute goal compile (default-compile): Compilation failure\n" + error
                        + "[ERROR] -> [Help 1]\n" + HINTS);
        write("ends-1", "1");
        assertThat(run("check", "tensor").said())
                .contains(error)
                .contains("default-compile")
                .doesNotContain("Help")
                .doesNotContain("Re-run")
                .doesNotContain("mvn <args>");
    }

    @Test
    void whatMavenSaysInItsOwnWordsIsShown() throws Exception {
        write("said-1", "[INFO] one\n[INFO] The JAVA_HOME environment variable is not defined correctly\n");
        write("ends-1", "1");
        assertThat(run("check", "tensor").said()).contains("JAVA_HOME environment variable");
    }

    @Test
    void aFormatterThatFailsSaysWhy() throws Exception {
        Files.delete(tree.resolve("target/.formatted"));
        write("said-1", UNRESOLVED + " -> [Help 1]\n" + HINTS);
        write("ends-1", "1");
        Ended ended = run("check", "--format");
        assertThat(ended.said()).isEqualTo(UNRESOLVED + "\n");
        assertThat(ended.status()).isEqualTo(1);
    }

    @Test
    void testsAreCountedAndTheReasonsOfSkipsShown() throws Exception {
        write("said-1", "[WARNING] Tests run: 7, Failures: 0, Errors: 0, Skipped: 4\n");
        write(
                "left-1/tensor/target/surefire-reports/TEST-FooTest.xml",
                report(
                        "<testcase name=\"a\" classname=\"FooTest\" time=\"0\"/>",
                        "<testcase name=\"b\" classname=\"FooTest\" time=\"0\">\n"
                                + "<skipped message=\"needs &quot;a&quot; &lt; b\"/>\n</testcase>",
                        "<testcase name=\"c\" classname=\"FooTest\" time=\"0\">\n"
                                + "<skipped type=\"org.opentest4j.TestAbortedException\"\n message=\"a device\"/>"
                                + "</testcase>",
                        "<testcase name=\"d\" classname=\"FooTest\" time=\"0\">\n"
                                + "<skipped type=\"org.opentest4j.TestAbortedException\"><![CDATA["
                                + "org.opentest4j.TestAbortedException: no browser\n\tat Foo.d(Foo.java:1)\n"
                                + "]]></skipped>\n</testcase>",
                        "<testcase name=\"e\" classname=\"FooTest\" time=\"0\">\n"
                                + "<skipped type=\"org.opentest4j.TestAbortedException\"><![CDATA["
                                + "org.opentest4j.TestAbortedException\n\tat Foo.d(Foo.java:1)\n"
                                + "]]></skipped>\n</testcase>"));
        Ended ended = run("check", "tensor");
        assertThat(ended.status()).as(ended.said()).isZero();
        assertThat(ended.said().lines().map(String::strip))
                .startsWith("check: 3 tests ran, 4 were skipped")
                .contains("1 needs \"a\" < b", "1 a device", "1 no browser", "1 no reason was given")
                .hasSize(5);
    }

    /** Leaves the gradient report and the records of the scalar backend, then those of the other backends. */
    private void leaveRecords(String gradient, String scalar, String vector) throws IOException {
        write("left-1/tensor/target/surefire-reports/TEST-org.unmute.tensor.OpGradientTest.xml", report(gradient));
        write("left-1/target/check-op/contract.tsv", scalar);
        write("left-2/target/check-op/vector.tsv", vector);
        write("left-2/target/check-op/opencl.tsv", "skipped\tOpenClContractTest\t[class:x]\tno OpenCL device\n");
        write("left-2/target/check-op/emulated.tsv", line("ran", "ShimContractTest", 1));
        write("left-2/target/check-op/cuda.tsv", line("ran", "PtxTest", 1));
        write(
                "left-2/kernels/device/target/surefire-reports/TEST-org.unmute.KernelAgreementTest.xml",
                report("<testcase name=\"a\" classname=\"org.unmute.KernelAgreementTest\" time=\"0\"/>"));
    }

    private static String line(String status, String type, int id) {
        return status + "\t" + type + "\t[engine:x]/[class:" + type + "]/[test:" + id + "]\t\n";
    }

    private static String gradient(String inside) {
        return "<testcase name=\"everyRecordHasACase\" classname=\"org.unmute.tensor.OpGradientTest\" time=\"0\"/>"
                + "\n<testcase name=\"agreeWithCentralDifferences()[1]\" classname=\"org.unmute.tensor.OpGradientTest\""
                + " time=\"0\">" + inside + "</testcase>";
    }

    private static final String SCALAR = line("ran", "ScalarContractTest", 1)
            + line("ran", "ScalarContractTest", 2)
            + line("ran", "ScalarAutogradTest", 1);
    private static final String VECTOR = line("ran", "VectorContractTest", 1)
            + line("ran", "VectorContractTest", 1) // a test that ran twice counts once
            + line("ran", "VectorAutogradTest", 1);

    @Test
    void testsOfAnOpAreCountedByTheirRecords() throws Exception {
        leaveRecords(gradient(""), SCALAR, VECTOR);
        // An empty report, as concurrent test classes may leave behind.
        write("left-1/kernels/contract/target/surefire-reports/TEST-ScalarContractTest.xml", report());
        Ended ended = run("check-op", "softshrink");
        assertThat(ended.said())
                .contains("gradient                        1 ran\n")
                .contains("contract, scalar                2 ran\n")
                .contains("contract, vector                1 ran\n")
                .contains("contract, opencl                0 ran, 1 skipped: no OpenCL device\n")
                .contains("contract, CUDA text             1 ran\n")
                .contains("kernel texts                    1 ran\n")
                .contains("PTX is up to date               1 ran\n")
                .doesNotContain("nothing tests");
        assertThat(ended.status()).isZero();
        assertThat(Files.readAllLines(tree.resolve("asked")))
                .hasSize(2)
                .allMatch(l -> l.contains("-Dunmute.op=softshrink")
                        && l.matches(".* -Dunmute\\.test\\.record=/.*/target/check-op .*"));
    }

    @Test
    void anOpWithoutTestsIsNamedWithTheFile() throws Exception {
        leaveRecords("", line("ran", "ScalarAutogradTest", 1), VECTOR);
        Ended ended = run("check-op", "softshrink");
        assertThat(ended.said())
                .contains("nothing tests softshrink: see tensor/src/test/java/org/unmute/tensor/OpGradientTest.java")
                .contains("nothing tests softshrink: see the part of the suite in kernels/contract/src/main/java/");
        assertThat(ended.status()).isEqualTo(1);
    }

    @Test
    void aGradientThatFailsIsSaidBeforeTheOtherBackendsRun() throws Exception {
        leaveRecords(gradient("\n<failure message=\"1 is not 2\"/>\n"), SCALAR, VECTOR);
        write("said-1", """
            [ERROR] Failures:\s
            [ERROR]   OpGradientTest.agreeWithCentralDifferences:85 1 is not 2
            [INFO]\s
            [ERROR] Tests run: 2, Failures: 1, Errors: 0, Skipped: 0
            """);
        Ended ended = run("check-op", "softshrink");
        assertThat(ended.said())
                .contains("gradient                        1 ran, 1 failed\n")
                .contains("1 is not 2\n")
                .contains("the other backends have not run")
                .contains("target/check-op/maven.log has all that Maven said")
                .doesNotContain("contract, vector");
        assertThat(ended.status()).isEqualTo(1);
        assertThat(Files.readAllLines(tree.resolve("asked"))).hasSize(1);
        assertThat(tree.resolve("target/check-op/maven.log")).content().contains("1 is not 2");
    }

    @Test
    void aBackendThatFailsDoesNotHideTheOthers() throws Exception {
        leaveRecords(gradient(""), SCALAR, VECTOR + line("failed", "VectorContractTest", 7));
        Ended ended = run("check-op", "softshrink");
        assertThat(ended.said())
                .contains("contract, vector                2 ran, 1 failed\n")
                .contains("contract, CUDA text             1 ran\n");
        assertThat(ended.status()).isEqualTo(1);
    }

    @Test
    void aBuildOfAnOpThatFailsSaysWhy() throws Exception {
        write("said-1", "[INFO] one\n" + UNRESOLVED + " -> [Help 1]\n" + HINTS);
        write("ends-1", "1");
        Ended ended = run("check-op", "softshrink");
        assertThat(ended.said())
                .contains(UNRESOLVED.substring("[ERROR] ".length()) + "\n")
                .doesNotContain("nothing tests");
        assertThat(ended.status()).isEqualTo(1);
        assertThat(tree.resolve("target/check-op/maven.log")).content().contains("[Help 1] http");
    }
}
