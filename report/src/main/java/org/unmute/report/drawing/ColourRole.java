package org.unmute.report.drawing;

import java.util.Locale;

/**
 * The purpose of a colour. Each role has one value for light and one for dark pages; {@link Theme} writes them as CSS.
 */
public enum ColourRole implements Paint {
    /** Text and data outlines. */
    INK(0x1C2430, 0xE6EAF0),
    /** Axis labels and notes. */
    SOFT(0x5B6675, 0x9AA7B6),
    /** Grid lines. */
    GRID(0xDFE3E9, 0x2B3644),
    /** Background. */
    GROUND(0xFFFFFF, 0x18202A),
    /** Empty cells. */
    EMPTY(0xEEF1F4, 0x222C38),
    /** Binarized prototypes, the main probe of the report. */
    PROTOBIN(0xC8380A, 0xFF7F50),
    /** Float prototypes. */
    PROTO(0xA86200, 0xF0B040),
    /** Prototypes of the ablation. */
    PROTOFLOAT(0xA83D7F, 0xEE92C8),
    /** First additional series. */
    BLUE(0x0067A5, 0x56B0EE),
    /** Second additional series. */
    GREEN(0x007F5F, 0x3CC79A),
    /** Third additional series. */
    VIOLET(0x5B4BB5, 0xA79BF5),
    /** Fourth additional series. */
    CYAN(0x1589A6, 0x7ADCF0),
    /** Fifth additional series. */
    OLIVE(0x6F7600, 0xC6CC4C),
    /** Sixth additional series. */
    GREY(0x6B7280, 0xA3ADBA),
    /** Seventh additional series. */
    NAVY(0x1B2F66, 0xC3CCF2);

    private final int light;
    private final int dark;

    ColourRole(int light, int dark) {
        this.light = light;
        this.dark = dark;
    }

    /** 0xRRGGBB on light pages. */
    public int light() {
        return light;
    }

    /** 0xRRGGBB on dark pages. */
    public int dark() {
        return dark;
    }

    /** The CSS name of the role; the property is {@code --chart-} followed by this name. */
    String css() {
        return name().toLowerCase(Locale.ROOT);
    }
}
