package org.unmute.models.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

class NormPresetTest {
    @Test
    void aPresetBelongsToAFamily() {
        assertThat(NormPreset.of("authors-esc50", Eat.FAMILY)).isEqualTo(NormPreset.EAT_AUTHORS_ESC50);
        assertThatThrownBy(() -> NormPreset.of("bat-birdset", Kwt.FAMILY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not for kwt but for eat, beats")
                .hasMessageContaining("none");
        assertThatThrownBy(() -> NormPreset.of("bat-moon", Eat.FAMILY))
                .hasMessageContaining("not for eat")
                .hasMessageContaining("authors-spc2")
                .hasMessageContaining("bat-dcase16");
    }

    @Test
    void statedFramesWinOverTheRecipes() {
        EncoderSettings settings = NormPreset.EAT_AUTHORS_ESC50.in(EncoderSettings.AUTHORS);
        assertThat(settings.frames()).isEqualTo(512);
        assertThat(settings.mean()).isEqualTo(-6.627);
        assertThat(settings.std()).isEqualTo(5.359);
        assertThat(NormPreset.EAT_AUTHORS_ESC50
                        .in(EncoderSettings.AUTHORS.withFrames(1024))
                        .frames())
                .isEqualTo(1024);
        assertThat(NormPreset.EAT_BAT_BIRDSET.in(EncoderSettings.AUTHORS).frames())
                .isZero();
    }

    @Test
    void aLabelIsUniqueWithinAFamily() {
        HashSet<String> seen = new HashSet<>();
        for (NormPreset p : NormPreset.values()) {
            assertThat(seen.add(p.family() + "/" + p.label())).as(p.name()).isTrue();
            assertThat(p.std()).as(p.name()).isPositive();
        }
    }
}
