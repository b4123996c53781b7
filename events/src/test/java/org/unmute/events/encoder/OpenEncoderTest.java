package org.unmute.events.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.unmute.kernels.contract.Failures.assertFails;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.InputException;
import org.unmute.files.MalformedFileException;
import org.unmute.files.SettingsException;
import org.unmute.files.Sha256;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.EncoderSettings.FrontEndSource;
import org.unmute.models.encoder.Encoders;
import org.unmute.tensor.DType;

class OpenEncoderTest {
    private static final EncoderSettings GIVEN = EncoderSettings.AUTHORS.withHop(0.32);
    private static final EncoderSettings ALL = GIVEN.withModel("eat")
            .withFrames(512)
            .withNorm(-4.5, 4.25)
            .withHeads(3)
            .withSampleRate(32_000)
            .withFrontEnd(FrontEndSource.BIOFOUNDATION)
            .withConfig(Map.of("max_distance", "800"));

    @TempDir
    private Path folder;

    private Path file() throws IOException {
        return Files.write(folder.resolve("encoder.safetensors"), Encoders.embeddedBytes());
    }

    private static OpenEncoder open(Object file, EncoderSettings settings) throws IOException {
        return OpenEncoder.open(file.toString(), settings, null, KnownDigests.none());
    }

    @Test
    void theSameWeightsInAFileHaveTheSameKey() throws IOException {
        OpenEncoder embedded = open(OpenEncoder.EMBEDDED, EncoderSettings.AUTHORS);
        OpenEncoder file = open(file(), EncoderSettings.AUTHORS);
        assertThat(file.hash()).isEqualTo(Sha256.of(Encoders.embeddedBytes())).isEqualTo(embedded.hash());
        assertThat(file.key("hann", DType.F16)).isEqualTo(embedded.key("hann", DType.F16));
        assertThat(file.key("hann", DType.F16)).isNotEqualTo(file.key("kaiser_best", DType.F16));
        assertThat(file.origin()).isEqualTo(file().toString());
        assertThat(embedded.origin()).isEqualTo("embedded");
    }

    @Test
    void itsOptionsOpenItAgain() throws IOException {
        OpenEncoder opened = open(file(), GIVEN);
        assertThat(opened.options()).containsOnlyKeys("encoder", "hop").containsEntry("hop", 0.32);
        JsonNode recorded = json(opened.options());
        assertThat(OpenEncoder.recorded(recorded)).isEqualTo(GIVEN);
        OpenEncoder again = open(recorded.path("encoder").asText(), OpenEncoder.recorded(recorded));
        assertThat(again.key("hann", DType.F32)).isEqualTo(opened.key("hann", DType.F32));
        assertThat(again.key("hann", DType.F32))
                .isNotEqualTo(open(file(), EncoderSettings.AUTHORS).key("hann", DType.F32));
    }

    private static JsonNode json(Map<String, Object> options) throws IOException {
        ObjectMapper json = new ObjectMapper();
        return json.readTree(json.writeValueAsString(options));
    }

    @Test
    void everySettingIsRecorded() throws IOException {
        Map<String, Object> given = OpenEncoder.given(ALL, "bat-esc50");
        assertThat(given).hasSize(10);
        assertThat(OpenEncoder.recorded(json(given))).isEqualTo(ALL);
        assertThat(OpenEncoder.given(EncoderSettings.AUTHORS, null)).isEmpty();
        assertThat(OpenEncoder.recorded(json(Map.of()))).isEqualTo(EncoderSettings.AUTHORS);
    }

    @Test
    void whatCannotBeOpenedIsNamed() throws IOException {
        assertFails(SettingsException.class, () -> open(OpenEncoder.EMBEDDED, GIVEN), "has fixed settings");
        assertThatThrownBy(() -> open(folder.resolve("missing"), GIVEN))
                .isInstanceOf(InputException.class)
                .hasMessage("no such encoder file: " + folder.resolve("missing"));
        String file = file().toString();
        assertThatThrownBy(() -> OpenEncoder.open(file, ALL, "bat-esc50", KnownDigests.none()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("leave out --norm-mean");
        assertThatThrownBy(() -> OpenEncoder.open(file, EncoderSettings.AUTHORS, "none", KnownDigests.none()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("none");
        Path other = Files.writeString(folder.resolve("text.safetensors"), "no checkpoint");
        assertThatThrownBy(() -> open(other, EncoderSettings.AUTHORS))
                .isInstanceOfAny(UnusableCheckpointException.class, MalformedFileException.class)
                .hasMessageContaining("text.safetensors");
    }

    @Test
    void filtersHaveTheirNames() {
        for (Resampling r : Resampling.values()) {
            assertThat(Resampling.of(r.kernel())).isEqualTo(r);
        }
    }
}
