package org.unmute.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ConcurrentModificationException;
import org.junit.jupiter.api.Test;
import org.unmute.files.Diagnosis.Kind;

class DiagnosisTest {
    @Test
    void eachHasItsKindAndWords() {
        assertThat(Diagnosis.of(new SettingsException("--hop: 0"))).isEqualTo(new Diagnosis(Kind.USAGE, "--hop: 0"));
        assertThat(Diagnosis.of(new InputException("a.csv: no rows")))
                .isEqualTo(new Diagnosis(Kind.INPUT, "a.csv: no rows"));
        assertThat(Diagnosis.of(new NoSuchFileException("clips")))
                .isEqualTo(new Diagnosis(Kind.INPUT, "no such file or folder: clips"));
        assertThat(Diagnosis.of(new UncheckedIOException(new AccessDeniedException("clips"))))
                .isEqualTo(new Diagnosis(Kind.INPUT, "no permission: clips"));
        assertThat(Diagnosis.of(new FileSystemException("out", null, "No space left on device")))
                .isEqualTo(new Diagnosis(
                        Kind.FAILED, "No space left on device: out: make room, then run the same command again"));
        assertThat(Diagnosis.of(new IOException("a pipe broke"))).isEqualTo(new Diagnosis(Kind.FAILED, "a pipe broke"));
        assertThat(Diagnosis.of(new ConcurrentModificationException()).kind()).isEqualTo(Kind.BUG);
        assertThat(Diagnosis.of(new ConcurrentModificationException()).message())
                .contains("bug in unmute", "ConcurrentModificationException");
    }

    /** The statuses are those in {@code docs/exit-codes.md}. */
    @Test
    void exitStatusesAreThoseOfTheCommandLine() {
        assertThat(Kind.values()).extracting(Kind::exitStatus).containsExactly(1, 2, 3, 4, 1);
    }
}
