package org.unmute.models.encoder;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Statistics of the log mel energies of a data set, for {@code (x - mean) / (2 std)} in place of those of the
 * pre-training data. The encoders' authors fine-tune with some; the BAT code of co-authors of the probing paper has a
 * table of others. Whether the paper used any of these is not known: its text does not say, and without a preset the
 * authors' values for AudioSet count.
 */
public enum NormPreset {
    /** EAT's fine-tuning recipe for ESC-50 (cwx-worst-one/EAT, finetuning script): clips of 5 s. */
    EAT_AUTHORS_ESC50("authors-esc50", "eat", -6.627, 5.359, 512),
    /** EAT's fine-tuning recipe for Speech Commands V2 (cwx-worst-one/EAT, finetuning script): clips of 1 s. */
    EAT_AUTHORS_SPC2("authors-spc2", "eat", -6.846, 5.565, 128),
    /** Audio-MAE's fine-tuning recipe for ESC-50 (facebookresearch/AudioMAE, main_finetune_esc.py): clips of 5 s. */
    AUDIO_MAE_AUTHORS_ESC50("authors-esc50", "audiomae", -6.6268077, 5.358466, 512),
    /** Table of houtan-ghaffari/BAT_ICML2026 for EAT and SSLAM, SpeechCommands. */
    EAT_BAT_SPEECH_COMMANDS("bat-speech-commands", "eat", -9.03415996, 4.57304508, 0),
    /** Table of houtan-ghaffari/BAT_ICML2026 for EAT and SSLAM, ESC50. */
    EAT_BAT_ESC50("bat-esc50", "eat", -6.85408831, 5.39770323, 0),
    /** Table of houtan-ghaffari/BAT_ICML2026 for EAT and SSLAM, BirdSet. */
    EAT_BAT_BIRDSET("bat-birdset", "eat", -8.55048120, 4.04533479, 0),
    /** Table of houtan-ghaffari/BAT_ICML2026 for EAT and SSLAM, AudioSet. */
    EAT_BAT_AUDIOSET("bat-audioset", "eat", -4.59864076, 4.357353477, 0),
    /** Table of houtan-ghaffari/BAT_ICML2026 for EAT and SSLAM, DCASE16. */
    EAT_BAT_DCASE16("bat-dcase16", "eat", -10.68592022, 2.06164972, 0),
    /** Table of houtan-ghaffari/BAT_ICML2026 for BEATs, SpeechCommands. */
    BEATS_BAT_SPEECH_COMMANDS("bat-speech-commands", "beats", 11.42262215, 5.65233194, 0),
    /** Table of houtan-ghaffari/BAT_ICML2026 for BEATs, ESC50. */
    BEATS_BAT_ESC50("bat-esc50", "beats", 11.72161352, 10.60385933, 0),
    /** Table of houtan-ghaffari/BAT_ICML2026 for BEATs, BirdSet. */
    BEATS_BAT_BIRDSET("bat-birdset", "beats", 11.82694931, 5.40055698, 0);

    private final String label;
    private final String family;
    private final double mean;
    private final double std;
    private final int frames;

    NormPreset(String label, String family, double mean, double std, int frames) {
        this.label = label;
        this.family = family;
        this.mean = mean;
        this.std = std;
        this.frames = frames;
    }

    /** What it is called on the command line: whose, and which data set; families have presets of the same label. */
    public String label() {
        return label;
    }

    /** Name of the {@link EncoderFamily} it is for. */
    public String family() {
        return family;
    }

    /** Mean of the log energies. */
    public double mean() {
        return mean;
    }

    /** Standard deviation of the log energies, which are divided by twice this. */
    public double std() {
        return std;
    }

    /** Frames of the recipe's window; 0 where only the statistics are stated. */
    public int frames() {
        return frames;
    }

    /** The labels for a family, in the order of declaration. */
    public static List<String> labels(EncoderFamily family) {
        return Arrays.stream(values())
                .filter(p -> family.isNamed(p.family))
                .map(NormPreset::label)
                .toList();
    }

    /** All labels, each once. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(NormPreset::label).distinct().toList();
    }

    /**
     * The preset of a label for a family.
     *
     * @throws IllegalArgumentException if the family has none of that label; the message lists those it has
     */
    public static NormPreset of(String label, EncoderFamily family) {
        Optional<NormPreset> found = Arrays.stream(values())
                .filter(p -> p.label.equals(label) && family.isNamed(p.family))
                .findFirst();
        return found.orElseThrow(() -> {
            List<String> own = labels(family);
            List<String> others = Arrays.stream(values())
                    .filter(p -> p.label.equals(label))
                    .map(NormPreset::family)
                    .toList();
            return new IllegalArgumentException("normalisation '" + label + "' is not for " + family.name()
                    + (others.isEmpty() ? "" : " but for " + String.join(", ", others)) + ": "
                    + (own.isEmpty() ? "there is none for it" : "for it there are " + String.join(", ", own)));
        });
    }

    /** The settings with these statistics, and with the recipe's frames unless they state some. */
    public EncoderSettings in(EncoderSettings settings) {
        EncoderSettings with = settings.withNorm(mean, std);
        return frames != 0 && settings.frames() == 0 ? with.withFrames(frames) : with;
    }
}
