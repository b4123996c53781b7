/** What the command review prints. */
package org.unmute.cli.review;
