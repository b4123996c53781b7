package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The script {@code check-op}, with a stub of Maven. */
class CheckOpScriptTest extends ScriptTree {
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
                .contains("gradient                        1 ran\n", "contract, scalar                2 ran\n")
                .contains("contract, vector                1 ran\n")
                .contains("contract, opencl                0 ran, 1 skipped: no OpenCL device\n")
                .contains("contract, CUDA text             1 ran\n", "kernel texts                    1 ran\n")
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
                .contains("nothing tests softshrink: see the part of the suite in kernels/contract/src/test/java/");
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
                .contains("gradient                        1 ran, 1 failed\n", "1 is not 2\n")
                .contains("the other backends have not run", "target/check-op/maven.log has all that Maven said")
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

    @Test
    void anOpThatIsNotListedIsNamed() throws Exception {
        leaveRecords(gradient(""), SCALAR, VECTOR);
        write("signatures", "  + softshrink\n");
        Ended ended = run("check-op", "softshrink");
        assertThat(ended.said()).contains("differ from api/tensor.txt\n  + softshrink\n");
        assertThat(ended.status()).isEqualTo(1);
    }
}
