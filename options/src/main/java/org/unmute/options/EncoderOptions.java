package org.unmute.options;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.unmute.audio.playback.Speed;
import org.unmute.events.encoder.GivenSettings;
import org.unmute.events.encoder.KnownDigests;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.files.InputException;
import org.unmute.files.SettingsException;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.NormPreset;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that select an encoder and its front end. Defaults are those chosen by the encoder's authors. */
@HelpTopic("Encoder")
public final class EncoderOptions {
    /** Names of encoders, for completion and help. */
    static final class ModelNames extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        ModelNames() {
            super(Encoders.providers().stream().map(EncoderProvider::name).toList());
        }
    }

    /** Labels of presets, for completion and help. */
    static final class PresetLabels extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        PresetLabels() {
            super(NormPreset.labels());
        }
    }

    @InputPath
    @Option(
            names = "--encoder",
            paramLabel = "FILE",
            defaultValue = OpenEncoder.EMBEDDED,
            description = "Checkpoint of the encoder, as its authors or Hugging Face give it, or what 'unmute pretrain'"
                    + " wrote; '"
                    + OpenEncoder.EMBEDDED + "' is the small one in the program (default: ${DEFAULT-VALUE}).")
    private String encoder;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            completionCandidates = ModelNames.class,
            description = "Kind of encoder, if the file's tensors do not determine it: ${COMPLETION-CANDIDATES}.")
    private String model;

    @Mixin
    private WindowOptions window;

    @Option(
            names = "--norm",
            paramLabel = "PRESET",
            completionCandidates = PresetLabels.class,
            description =
                    "Statistics of the log mel energies of a data set in place of the pre-training data's, and the"
                            + " window of that recipe unless --frames or --window is given: ${COMPLETION-CANDIDATES}.")
    private String norm;

    @Option(
            names = "--hop",
            paramLabel = "SECONDS",
            description =
                    "From the start of one window of a long recording to the next; tokens of overlapping windows are"
                            + " averaged (default: windows follow each other).")
    private Double hop;

    @Mixin
    private SpeedOption speed;

    @Mixin
    private EncoderDetails details;

    /**
     * Opens the encoder on the current backend.
     *
     * @param digests computes the digest of the encoder's file
     * @throws SettingsException if an option is not a number in its range, or the options contradict each other or the
     *     encoder
     * @throws InputException if the file does not exist
     */
    public OpenEncoder open(KnownDigests digests) throws IOException {
        return open(digests, Speed.NORMAL);
    }

    /**
     * Opens the encoder on the current backend.
     *
     * @param digests computes the digest of the encoder's file
     * @param usual the speed of recordings unless one is given
     * @throws SettingsException if an option is not a number in its range, or the options contradict each other or the
     *     encoder
     * @throws InputException if the file does not exist
     */
    public OpenEncoder open(KnownDigests digests, Speed usual) throws IOException {
        EncoderSettings settings = speed.text() == null ? settings().withSpeed(usual) : settings();
        try {
            return OpenEncoder.open(encoder, settings, norm, digests);
        } catch (SettingsException | InputException | UnusableCheckpointException e) {
            if (encoder.equals(OpenEncoder.EMBEDDED) || window.seconds() == null) {
                throw e;
            }
            throw new SettingsException(window.refused(e.getMessage()), e);
        }
    }

    /** The names of the options given, other than the file. */
    public List<String> givenNames() {
        return OpenEncoder.given(settings(), norm).keySet().stream()
                .map(name -> GivenSettings.KEYS.contains(name) || name.equals("config") ? "encoder-set" : name)
                .distinct()
                .toList();
    }

    /** The checkpoint file as given, or {@link OpenEncoder#EMBEDDED}. */
    public String file() {
        return encoder;
    }

    /** The label of the preset for normalization; null if none was given. */
    public String norm() {
        return norm;
    }

    /** The speed of recordings; null if none was given. */
    public Speed speed() {
        return speed.text() == null ? null : settings().speed();
    }

    /** Whether an encoder other than the built-in one was given. */
    public boolean isNamed() {
        return !encoder.equals(OpenEncoder.EMBEDDED);
    }

    /**
     * The settings given by the options.
     *
     * @throws SettingsException if an option is not a number in its range, or two options set the same value
     */
    public EncoderSettings settings() {
        return details.with(model, window, hop, speed.text()).settings();
    }
}
