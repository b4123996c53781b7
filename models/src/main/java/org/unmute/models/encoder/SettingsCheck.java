package org.unmute.models.encoder;

import java.util.Map;
import java.util.Set;

/**
 * Whether an encoder has become what was asked for: a setting that it does not know must not be passed over in silence.
 */
final class SettingsCheck {
    /** Families that read entries of a configuration. */
    private static final Set<String> CONFIGURED = Set.of("beats", "dasheng", "ast");

    private SettingsCheck() {}

    /** @throws IllegalArgumentException naming the setting, what was asked for and what the encoder has */
    static void check(EncoderFamily family, EncoderSpec spec, EncoderSettings asked) {
        Map<String, Object> has = spec.input().settings();
        String kind = family.name();
        if (asked.frontEnd() == EncoderSettings.FrontEndSource.BIOFOUNDATION
                && !BioFoundationFrontEnd.KIND.equals(has.get("kind"))) {
            throw new IllegalArgumentException(
                    kind + ": BioFoundation's front end exists for EAT, SSLAM and Audio-MAE only: use the authors'");
        }
        // Dasheng cuts its spectrogram into chunks of so many frames itself.
        if (asked.frames() != 0 && has.containsKey("frames")) {
            same(kind, "frames", asked.frames(), has);
        }
        if (!Double.isNaN(asked.mean())) {
            same(kind, "mean", asked.mean(), has);
        }
        if (!Double.isNaN(asked.std())) {
            same(kind, "std", asked.std(), has);
        }
        if (asked.sampleRate() != 0) {
            same(kind, "sampleRate", asked.sampleRate(), has);
        }
        if (!asked.config().isEmpty() && !CONFIGURED.contains(kind)) {
            throw new IllegalArgumentException(kind + ": no configuration is read for this encoder, but given were "
                    + asked.config().keySet());
        }
    }

    private static void same(String kind, String name, Number asked, Map<String, Object> has) {
        if (!(has.get(name) instanceof Number n)) {
            throw new IllegalArgumentException(kind + ": there is no setting '" + name
                    + "' in this encoder's front end, " + asked + " was asked for; it has " + has);
        }
        if (n.doubleValue() != asked.doubleValue()) {
            throw new IllegalArgumentException(
                    kind + ": '" + name + "' is fixed at " + n + " for this encoder, " + asked + " was asked for");
        }
    }
}
