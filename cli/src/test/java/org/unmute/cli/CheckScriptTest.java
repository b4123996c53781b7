package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The script {@code check}, with a stub of Maven. */
class CheckScriptTest extends ScriptTree {
    @Test
    void theReasonOfAFailedBuildIsShown() throws Exception {
        write("said-1", "[INFO] Scanning for projects...\n" + UNRESOLVED + " -> [Help 1]\n" + HINTS);
        write("ends-1", "1");
        Ended ended = run("check", "tensor");
        assertThat(ended.said())
                .isEqualTo(UNRESOLVED + "\ncheck: Maven ended with status 1; target/check.log has all that it said\n");
        assertThat(ended.status()).isEqualTo(1);
        assertThat(tree.resolve("target/check.log")).content().contains("Scanning", "[Help 1] http");
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
                .doesNotContain("Help", "Re-run", "mvn <args>");
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

    @Test
    void commitsOnMainAreCheckedOnce() throws Exception {
        makeRepository();
        write("tensor/src/main/java/org/unmute/tensor/Foo.java", "");
        write("tensor/src/test/java/org/unmute/tensor/FooTest.java", "Foo");
        commit("Add Foo");
        write("target/.formatted", "");
        Ended first = run("check");
        assertThat(first.status()).as(first.said()).isZero();
        assertThat(Files.readString(tree.resolve("asked"))).contains("-Dtest=org/unmute/tensor/FooTest");
        assertThat(run("check").said()).contains("no source differs from", "(Add Foo)", "--since");

        write("tensor/src/main/java/org/unmute/tensor/Bar.java", "");
        commit("Add Bar");
        write("target/.formatted", "");
        Ended second = run("check");
        assertThat(Files.readAllLines(tree.resolve("asked"))).hasSize(2);
        assertThat(second.status()).as(second.said()).isZero();
    }

    @Test
    void whatNeedsAttentionIsAtTheEnd() throws Exception {
        makeRepository();
        write("tensor/src/main/java/org/unmute/other/Foo.java", "");
        write("tensor/src/test/java/org/unmute/tensor/FooTest.java", "changed");
        write("target/.formatted", "");
        String frame = """
            [WARNING] *****************************************************************
            [WARNING] * Your build is requesting parallel execution, but this         *
            [WARNING] *****************************************************************
            [WARNING] The following plugins are not marked as thread-safe in Unmute %s:
            [WARNING]   org.apache.maven.plugins:maven-toolchains-plugin:3.2.0
            [WARNING]\s
            [WARNING] Enable debug to see precisely which goals are not marked as thread-safe.
            [WARNING] *****************************************************************
            """;
        write(
                "said-1",
                frame.formatted("one") + frame.formatted("two") + "[WARNING] a remark\n[WARNING] a remark\n"
                        + "[WARNING] Tests run: 7, Failures: 0, Errors: 0, Skipped: 4\n");
        assertThat(run("check").said()).isEqualTo("""
                    [WARNING] a remark
                    check: 3 tests ran, 4 were skipped
                    check: no test of tensor names Foo: ./check tensor runs all
                    """);
    }

    @Test
    void exportedSignaturesAreCompared() throws Exception {
        write("tensor/.embeddable", "");
        write("api/tensor.txt", "");
        write("CHANGELOG.md", "");
        makeRepository();
        write("tensor/src/test/java/org/unmute/tensor/FooTest.java", "changed");
        assertThat(run("check").status()).isZero();
        write("signatures", "what tensor exports is not what api/tensor.txt lists\n");
        Ended unlisted = run("check");
        assertThat(unlisted.status()).isEqualTo(1);
        assertThat(unlisted.said()).endsWith("what tensor exports is not what api/tensor.txt lists\n");
        Files.delete(tree.resolve("signatures"));
        write("api/tensor.txt", "class Foo\n");
        Ended unsaid = run("check");
        assertThat(unsaid.status()).isEqualTo(1);
        assertThat(unsaid.said()).contains("CHANGELOG.md does not");
        write("CHANGELOG.md", "Foo\n");
        assertThat(run("check").status()).isZero();
    }

    /** A build of the launcher takes the same lock, so that it waits. */
    @Test
    void checksHoldTheLockOfBuilds() throws Exception {
        assertThat(run("check", "tensor").status()).isZero();
        run("check-op", "softshrink");
        assertThat(Files.readAllLines(tree.resolve("locks")))
                .hasSizeGreaterThan(1)
                .containsOnly("held");
    }
}
