package org.unmute.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.unmute.files.Diagnosis;

/** {@code MainTest} checks the messages of each kind of failure. */
class FailureTest {
    /** Exceptions that are caught within the program: the page of a review answers with those of its server. */
    private static final Set<String> INTERNAL =
            Set.of(("org.unmute.cli.http.RefusedRequest org.unmute.cli.review.ReviewDesk$ConflictException "
                            + "org.unmute.benchmark.run.DatasetTokens$StoppedEmbedding "
                            + "org.unmute.audio.vorbis.InvalidVorbisException org.unmute.audio.vorbis.PacketBits$EndOfPacket "
                            + "org.unmute.data.parquet.BrokenRuleException")
                    .split(" "));

    /** {@link Failure} reports exceptions that it does not know as bugs, as once happened to a diverged training. */
    @Test
    void everyExceptionOfTheProgramIsKnown() {
        List<JavaClass> exceptions = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("org.unmute").stream()
                        .filter(c -> c.isAssignableTo(Exception.class))
                        .toList();
        Set<String> known = new ClassFileImporter()
                .importClasses(Failure.class, Diagnosis.class).stream()
                        .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
                        .map(d -> d.getTargetClass().getName())
                        .filter(name -> !Set.of("java.lang.Throwable", "java.lang.Object")
                                .contains(name))
                        .collect(Collectors.toSet());
        List<String> unknown = new ArrayList<>();
        for (JavaClass exception : exceptions) {
            boolean own =
                    exception.getModifiers().contains(JavaModifier.PRIVATE) || INTERNAL.contains(exception.getName());
            boolean handled = exception.isAssignableTo(Diagnosis.Explained.class)
                    || known.contains(exception.getName())
                    || exception.getAllRawSuperclasses().stream().anyMatch(s -> known.contains(s.getName()));
            if (!own && !handled) {
                unknown.add(exception.getName());
            }
        }
        assertThat(exceptions).extracting(JavaClass::getSimpleName).contains("TrainingDivergedException");
        assertThat(unknown).as("exceptions that Failure calls bugs").isEmpty();
    }

    @Test
    void aFullDiskIsNamedWithTheFileAndWhatToDo() {
        assertThat(Failure.of(new FileSystemException("run/probe.safetensors", null, "No space left on device"))
                        .message())
                .isEqualTo(
                        "No space left on device: run/probe.safetensors: make room, then run the same command again");
        assertThat(Failure.of(new FileSystemException("a", "b", null)).message())
                .isEqualTo("file system error: a");
    }

    @Test
    void aReadOnlyFileSystemIsMissingPermission() {
        for (String reason : List.of("Read-only file system", "Operation not permitted")) {
            Failure failure = Failure.of(new FileSystemException("run/probe.safetensors", null, reason));
            assertThat(failure.exitCode()).isEqualTo(ExitCode.INPUT);
            assertThat(failure.message()).isEqualTo("no permission: run/probe.safetensors: " + reason);
        }
        assertThat(Failure.of(new FileSystemException("a", null, "Input/output error"))
                        .exitCode())
                .isEqualTo(ExitCode.FAILED);
    }
}
