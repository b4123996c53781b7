package org.unmute.kernels.contract.report;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.unmute.kernels.contract.OpFilter;

/**
 * Records each test that ended or was skipped, one per line, if the system property {@value #PROPERTY} names a folder;
 * {@code check-op} counts these lines. Surefire's reports cannot be counted: nested classes that run at the same time
 * write the same file, and the last one wins.
 *
 * <p>The file is named after the module's folder, such as {@code vector.tsv}. The tab-separated fields of a line are:
 * {@code ran}, {@code failed} or {@code skipped}; the simple name of the outermost class; the unique id of the test;
 * the reason if it was skipped. Tests of ops not selected by {@link OpFilter} are left out.
 */
public final class TestRecord implements TestExecutionListener {
    /** Name of the system property that sets the folder. */
    public static final String PROPERTY = "unmute.test.record";

    private final Path file;

    /** For JUnit's launcher. */
    public TestRecord() {
        this(System.getProperty(PROPERTY, ""));
    }

    TestRecord(String folder) {
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        file = folder.isBlank() ? null : Path.of(folder).resolve(module.getFileName() + ".tsv");
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        if (!OpFilter.isOfAnotherOp(reason)) {
            write("skipped", test, reason);
        }
    }

    /** A container counts only if it kept its tests from running. */
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        switch (result.getStatus()) {
            case SUCCESSFUL -> {
                if (test.isTest()) {
                    write("ran", test, "");
                }
            }
            case FAILED -> write("failed", test, "");
            case ABORTED ->
                write(
                        "skipped",
                        test,
                        result.getThrowable().map(Throwable::getMessage).orElse("no reason was given"));
        }
    }

    private synchronized void write(String status, TestIdentifier test, String reason) {
        if (file == null) {
            return;
        }
        String type = UniqueId.parse(test.getUniqueId()).getSegments().stream()
                .filter(s -> s.getType().equals("class"))
                .map(s -> s.getValue().substring(s.getValue().lastIndexOf('.') + 1))
                .findFirst()
                .orElse("");
        String line = String.join("\t", status, type, plain(test.getUniqueId()), plain(reason)) + "\n";
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, line, CREATE, APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String plain(String text) {
        return text == null ? "" : text.replaceAll("\\s+", " ").strip();
    }
}
