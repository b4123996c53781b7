/** The page of a summary of recordings from the field. */
package org.unmute.report.field;
