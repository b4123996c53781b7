package org.unmute.files;

/**
 * Thrown for settings that contradict each other or the file that they apply to. The message is for users and refers to
 * settings by the names of their options.
 */
public final class SettingsException extends RuntimeException implements Diagnosis.Explained {
    private static final long serialVersionUID = 1L;

    /** @param message the settings, what is wrong with them, and what to do */
    public SettingsException(String message) {
        super(message);
    }

    /** @param message the settings, what is wrong with them, and what to do */
    public SettingsException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public Diagnosis.Kind kind() {
        return Diagnosis.Kind.USAGE;
    }
}
