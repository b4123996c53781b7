package org.unmute.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.unmute.audio.playback.Speed;
import org.unmute.data.ClipDivision;
import org.unmute.events.detection.ContextSeconds;
import org.unmute.events.encoder.Resampling;
import org.unmute.events.encoder.TokenType;
import org.unmute.files.SettingsException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * Combines all options in one command, as in a program that embeds and detects: names are distinct, and defaults are as
 * expected.
 */
class SharedOptionsTest {
    @Command(name = "all")
    private static final class All {
        @Mixin
        private EncoderOptions encoder;

        @Mixin
        private ResamplingOption resampling;

        @Mixin
        private StrictOption strict;

        @Mixin
        private ClipLength clip;

        @Mixin
        private TokenOptions tokens;

        @Mixin
        private EventOptions events;

        @Mixin
        private GridOptions grid;

        @Mixin
        private ConsoleOptions shown;
    }

    private static All parsed(String... args) {
        All all = new All();
        new CommandLine(all).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(args);
        return all;
    }

    @Test
    void givenValuesArrive() {
        All all = parsed(("--encoder=eat.pt --window=5.12 --encoder-set=heads=3 --resample=kaiser_best --strict "
                        + "--clip=whole --dtype=f32 --layers --threshold=0.3 --max-gap=1 --classes=a,b --context=0 --only=eat/urban,*/esc50 --cache=tokens --dry-run --json -q")
                .split(" "));
        assertThat(all.encoder.file()).isEqualTo("eat.pt");
        assertThat(all.encoder.givenNames()).containsExactly("frames", "encoder-set");
        assertThat(all.encoder.settings().heads()).isEqualTo(3);
        assertThat(all.encoder.settings().frames()).isEqualTo(512);
        assertThat(all.resampling.filter()).isEqualTo(Resampling.kaiser_best);
        assertThat(all.strict.strict()).isTrue();
        assertThat(all.clip.rule(Speed.NORMAL)).isEqualTo(ClipDivision.Rule.WHOLE);
        assertThat(all.tokens.type()).isEqualTo(TokenType.f32);
        assertThat(all.tokens.layers()).isTrue();
        assertThat(all.events.rules().threshold()).isEqualTo("0.3");
        assertThat(all.events.rules().maxGap()).isEqualTo(1);
        assertThat(all.events.rules().classes()).containsExactly("a,b");
        assertThat(all.events.context()).isEqualTo(new ContextSeconds(0.0, null));
        assertThat(all.grid.only()).containsExactly("eat/urban", "*/esc50");
        assertThat(all.grid.cache()).isEqualTo("tokens");
        assertThat(all.grid.dryRun()).isTrue();
        assertThat(all.shown.json()).isTrue();
        assertThat(all.shown.quiet()).isTrue();
    }

    @Test
    void twoStatementsOfTheWindowAreRefused() {
        assertThatThrownBy(() -> parsed("--window=5.12", "--frames=512").encoder.settings())
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("--window and --frames both state the window");
    }
}
