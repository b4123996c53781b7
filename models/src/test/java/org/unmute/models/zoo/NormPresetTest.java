package org.unmute.models.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.NormPreset;

class NormPresetTest {
    private static EncoderProvider encoder(String name) {
        return Encoders.find(name).orElseThrow();
    }

    @Test
    void aPresetBelongsToAnEncoder() {
        assertThat(NormPreset.of("authors-esc50", encoder("sslam")).mean()).isEqualTo(-6.627);
        assertThatThrownBy(() -> NormPreset.of("bat-birdset", encoder("kwt")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("not for kwt but for eat, beats", "none");
        assertThatThrownBy(() -> NormPreset.of("bat-moon", encoder("eat")))
                .hasMessageContainingAll("not for eat", "authors-spc2", "bat-dcase16");
    }

    @Test
    void labelsAreInTheOrderOfTheEncodersEachOnce() {
        assertThat(NormPreset.labels())
                .containsExactly(
                        "authors-esc50 authors-spc2 bat-speech-commands bat-esc50 bat-birdset bat-audioset bat-dcase16"
                                .split(" "));
    }

    @Test
    void statedFramesWinOverTheRecipes() {
        NormPreset preset = NormPreset.of("authors-esc50", encoder("eat"));
        EncoderSettings settings = preset.in(EncoderSettings.AUTHORS);
        assertThat(settings.frames()).isEqualTo(512);
        assertThat(settings.mean()).isEqualTo(-6.627);
        assertThat(settings.std()).isEqualTo(5.359);
        assertThat(preset.in(EncoderSettings.AUTHORS.withFrames(1024)).frames()).isEqualTo(1024);
        assertThat(NormPreset.of("bat-birdset", encoder("eat"))
                        .in(EncoderSettings.AUTHORS)
                        .frames())
                .isZero();
    }

    @Test
    void aLabelIsUniqueWithinAnEncoder() {
        for (EncoderProvider encoder : Encoders.providers()) {
            assertThat(encoder.normPresets())
                    .as(encoder.name())
                    .allMatch(p -> p.std() > 0)
                    .extracting(NormPreset::label)
                    .doesNotHaveDuplicates();
        }
    }
}
